"""How long a server asks to wait: `Retry-After` of RFC 9110, in seconds or as a date."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from auditmock.instants import EPOCH, SECOND

USUAL = 1.0
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
        return USUAL
    told = _read_date(headers.get("date", ""))
    return max((until - (now if told is None else told)) / SECOND, 0.0)


def _read_date(text: str) -> int | None:
    """Read a date as HTTP writes it, which is in UTC, as an instant; None when it is none."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return round((date.replace(tzinfo=None) - EPOCH).total_seconds()) * SECOND
