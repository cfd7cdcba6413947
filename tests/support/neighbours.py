"""Somebody else at the same deployment: writes logs at a steady pace while the suite judges."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

WRITE = "/api/v2/audit/testgenerate"
KINDS = ("template", "user", "workspace", "group")


@contextmanager
def neighbour(url: str, token: str, rate: float) -> Iterator[list[int]]:
    """Post logs, `rate` a second, while the context is open; gives the statuses of the answers.

    Every other log is of now, the rest of some day of the deployment's past.
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
    dice = random.Random(1)
    begun = time.monotonic()
    with httpx.Client(base_url=url, headers={"Coder-Session-Token": token}) as client:
        while not stop.wait(max(0.0, begun + len(statuses) / rate - time.monotonic())):
            body = {"action": dice.choice(["create", "write"]), "resource_type": dice.choice(KINDS)}
            if len(statuses) % 2:
                body["time"] = f"2025-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}T12:00:00Z"
            statuses.append(client.post(WRITE, json=body).status_code)
