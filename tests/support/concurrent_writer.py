"""Another client of the same deployment: posts logs at a steady rate."""

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx

LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
ACTIONS = ("create", "write", "delete", "start", "stop")
TYPES = (
    *("organization", "template", "template_version", "user"),
    *("workspace", "workspace_build", "git_ssh_key", "api_key", "group"),
)
TIMES = ("2001-02-03T04:05:06Z", "9999-12-31T23:59:59Z", "0001-01-02T00:00:00Z")
"""A time in the suite's own month, on the last day and on the first."""
KNOWN_RESOURCE_SHARE = 0.5


@contextmanager
def write_concurrently(url: str, token: str, rate: float) -> Iterator[list[int]]:
    """Post `rate` logs per second while the context is open; yield the statuses of the responses.

    The logs have every action and type. Some are about existing resources. Their times are now, the time of
    another log, a day of 2025, or one of the extremes.
    """
    stop = threading.Event()
    statuses: list[int] = []
    thread = threading.Thread(target=_post, args=(url, token, rate, stop, statuses))
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()


def _post(url: str, token: str, rate: float, stop: threading.Event, statuses: list[int]) -> None:
    rng = random.Random(1)
    started = time.monotonic()
    with httpx.Client(base_url=url, headers={"Coder-Session-Token": token}) as client:
        known = client.get(LIST, params={"q": "", "limit": 100}).json()["audit_logs"]
        while not stop.wait(max(0.0, started + len(statuses) / rate - time.monotonic())):
            statuses.append(client.post(WRITE, json=draw_body(rng, known)).status_code)


def draw_body(rng: random.Random, known: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Draw a random body to post, sometimes with a time or resource of an existing log."""
    body = {"action": rng.choice(ACTIONS), "resource_type": rng.choice(TYPES)}
    day = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T12:00:00Z"
    time = rng.choice(["", "", *(log["time"] for log in known[:3]), day, day, rng.choice(TIMES)])
    resource = rng.choice(known)["resource_id"] if known and rng.random() < KNOWN_RESOURCE_SHARE else ""
    return body | ({"time": time} if time else {}) | ({"resource_id": resource} if resource else {})
