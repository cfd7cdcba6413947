"""How fast and how much the suite may ask."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

from auditmock.core.timestamps import EPOCH, SECOND

DEFAULT_WAIT = 1.0
"""Seconds to wait where a server does not say how long, or nothing that can be understood."""


def read_wait(headers: Mapping[str, str], now: int) -> float:
    """Read how many seconds to wait; a date is held against the server's own clock, if it tells the time.

    `now` is the present instant, for servers that do not.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    until = _read_date(asked)
    if until is None:
        return DEFAULT_WAIT
    told = _read_date(headers.get("date", ""))
    return max((until - (now if told is None else told)) / SECOND, 0.0)


def _read_date(text: str) -> int | None:
    """Read a date as HTTP writes it, which is in UTC, as an instant; None when it is none."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return round((date.replace(tzinfo=None) - EPOCH).total_seconds()) * SECOND


SLOW_DOWN_HINT = "--max-requests allows more"
"""Ends every message of a spent budget."""

_SECOND = 1.001
"""A second, both ends included."""


class BudgetSpentError(Exception):
    """No request is left of those allowed."""


class TooManyAtOnceError(Exception):
    """More requests are to be sent at once than a second may have."""


class RateLimiter:
    """Spaces requests evenly, so that no second has more than `rate`, and counts them against `most`.

    A server sees a request at some time before it has answered it: seconds are counted from answers.
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
        """How many requests may be sent at the same moment."""
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._seen: deque[float] = deque(maxlen=self.at_once)
        self.spent = 0

    def step(self, requests: int = 1) -> None:
        """Wait until so many requests may be sent at once.

        Raises BudgetSpentError when they are not left, TooManyAtOnceError when they never may be.
        """
        if self.spent + requests > self._most:
            raise BudgetSpentError(f"{self._most} requests are spent; {SLOW_DOWN_HINT}")
        if requests > self.at_once:
            raise TooManyAtOnceError(f"it sends {requests} requests at once, and --rate-limit allows fewer")
        self.spent += requests
        ready = max(self._next + (requests - 1) * self._gap, self._free(requests))
        now = self._clock()
        if ready > now:
            self._sleep(ready - now)
        sent = max(ready, now)
        self._seen.extend([sent] * requests)
        self._next = sent + self._gap

    def _free(self, requests: int) -> float:
        """Tell when so many more leave no second with too many."""
        crowd = len(self._seen) + requests - self.at_once
        return self._seen[crowd - 1] + _SECOND if self._gap and crowd > 0 else 0.0

    def answered(self, requests: int = 1) -> None:
        """Note that the last so many requests are answered, or given up."""
        now = self._clock()
        for _ in range(requests):
            self._seen.pop()
        self._seen.extend([now] * requests)

    def pause(self, seconds: float) -> None:
        """Hold everything back for a while, because the server asks for it."""
        self._next = max(self._next, self._clock() + seconds)
