"""How fast and how much the suite may ask."""

import time
from collections.abc import Callable

REMEDY = "--max-requests allows more"
"""Ends every message of a spent budget."""


class BudgetSpentError(Exception):
    """No request is left of those allowed."""


class Pace:
    """Spaces requests so that no second has more than `rate`, and counts them against `most`."""

    def __init__(
        self,
        rate: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self.spent = 0

    def step(self, requests: int = 1) -> None:
        """Wait until so many requests may be sent; raises BudgetSpentError when they are not left."""
        if self.spent + requests > self._most:
            raise BudgetSpentError(f"{self._most} requests are spent; {REMEDY}")
        self.spent += requests
        ready = self._next + (requests - 1) * self._gap
        now = self._clock()
        if ready > now:
            self._sleep(ready - now)
        self._next = max(ready, now) + self._gap

    def pause(self, seconds: float) -> None:
        """Hold everything back for a while, because the server asks for it."""
        self._next = max(self._next, self._clock() + seconds)
