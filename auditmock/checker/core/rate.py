"""Limits of the suite's requests: rate, budget and `Retry-After`."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

from auditmock.core.timestamps import EPOCH, SECOND

DEFAULT_WAIT = 1.0
"""Seconds to wait if `Retry-After` is missing or malformed."""


def read_wait(headers: Mapping[str, str], now: int) -> float:
    """Parse `Retry-After` as seconds; a date counts from the server's `Date` header, or else from `now`."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    until = _read_date(asked)
    if until is None:
        return DEFAULT_WAIT
    sent = _read_date(headers.get("date", ""))
    return max((until - (now if sent is None else sent)) / SECOND, 0.0)


def _read_date(text: str) -> int | None:
    """Parse an HTTP date (always UTC); None if it is malformed."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return round((date.replace(tzinfo=None) - EPOCH).total_seconds()) * SECOND


BUDGET_HINT = "raise --max-requests"
"""The end of every message about a spent budget."""

_SECOND = 1.001
"""A second with both ends included."""


class BudgetSpentError(Exception):
    """The request budget is spent."""


class TooManyAtOnceError(Exception):
    """More concurrent requests than the rate allows in a second."""


class RateLimiter:
    """Spaces requests evenly, at most `rate` in any second and `most` in all.

    A server handles a request some time before its response arrives: seconds count from responses.
    """

    def __init__(
        self,
        rate: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self.at_once = max(int(rate), 1) if rate else most
        """Maximum number of concurrent requests."""
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._seen: deque[float] = deque(maxlen=self.at_once)
        self.spent = 0

    def step(self, requests: int = 1) -> None:
        """Wait until these requests may be sent; raises BudgetSpentError or TooManyAtOnceError."""
        if self.spent + requests > self._most:
            raise BudgetSpentError(f"the budget of {self._most} requests is spent; {BUDGET_HINT}")
        if requests > self.at_once:
            raise TooManyAtOnceError(f"sends {requests} requests at once; --rate-limit allows fewer")
        self.spent += requests
        ready = max(self._next + (requests - 1) * self._gap, self._free(requests))
        now = self._clock()
        if ready > now:
            self._sleep(ready - now)
        sent = max(ready, now)
        self._seen.extend([sent] * requests)
        self._next = sent + self._gap

    def _free(self, requests: int) -> float:
        """Return the earliest time at which this many requests keep every second within the rate."""
        oldest = len(self._seen) + requests - self.at_once
        return self._seen[oldest - 1] + _SECOND if self._gap and oldest > 0 else 0.0

    def answered(self, requests: int = 1) -> None:
        """Record that the last requests got their responses or failed."""
        now = self._clock()
        for _ in range(requests):
            self._seen.pop()
        self._seen.extend([now] * requests)

    def pause(self, seconds: float) -> None:
        """Delay the next request because the server asked for it."""
        self._next = max(self._next, self._clock() + seconds)
