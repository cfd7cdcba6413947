"""Somebody else at the same deployment: writes logs at a steady pace while the suite judges."""

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
"""Of the suite's own month, of the last day and of the first."""
HALF = 0.5


@contextmanager
def neighbour(url: str, token: str, rate: float) -> Iterator[list[int]]:
    """Post logs, `rate` a second, while the context is open; gives the statuses of the answers.

    They are of every action and type, some about resources there are, and of now, of the time of another
    log, of some day of last year or of the ends of time.
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
    begun = time.monotonic()
    with httpx.Client(base_url=url, headers={"Coder-Session-Token": token}) as client:
        known = client.get(LIST, params={"q": "", "limit": 100}).json()["audit_logs"]
        while not stop.wait(max(0.0, begun + len(statuses) / rate - time.monotonic())):
            statuses.append(client.post(WRITE, json=draw_body(rng, known)).status_code)


def draw_body(rng: random.Random, known: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Draw what to post, beside logs that are known."""
    body = {"action": rng.choice(ACTIONS), "resource_type": rng.choice(TYPES)}
    day = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T12:00:00Z"
    time = rng.choice(["", "", *(log["time"] for log in known[:3]), day, day, rng.choice(TIMES)])
    resource = rng.choice(known)["resource_id"] if known and rng.random() < HALF else ""
    return body | ({"time": time} if time else {}) | ({"resource_id": resource} if resource else {})
