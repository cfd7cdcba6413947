"""Instants (microseconds since 1970 in UTC, the precision of Coder's database) and their RFC 3339 form."""

import re
from datetime import date, datetime, timedelta

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: every instant here is UTC
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY

_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min - EPOCH) // _MICROSECOND  # noqa: DTZ901
LAST = (datetime.max - EPOCH) // _MICROSECOND  # noqa: DTZ901
CYCLE = 146_097 * DAY
"""400 years, the period of the calendar."""

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]((?:[01][0-9]|2[0-3]):[0-5][0-9]):([0-5][0-9]|60)"
    r"(?:\.([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_PLAIN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{3}(?:[0-9]{3})?)?Z"
)
"""The most common form, which the standard library parses faster."""

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def format_timestamp(instant: int) -> str:
    """Format an instant like Go: up to six fractional digits, no trailing zeros, `Z` (reference 10.1)."""
    text = (EPOCH + timedelta(microseconds=instant)).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def format_any_year(instant: int) -> str:
    """Format likewise, including the year 0; raises OverflowError outside the years 0 to 9999."""
    if instant >= _FIRST:
        return format_timestamp(instant)
    text = format_timestamp(instant + CYCLE)
    if not text.startswith("0400"):
        raise OverflowError(instant)
    return "0000" + text[4:]


def parse_timestamp(text: str) -> int:
    """Parse an RFC 3339 time with any offset, rounded to microseconds.

    A leap second (`:60`, only at the end of a UTC day) becomes the second after it, as in PostgreSQL.
    Raises ValueError, with a message for the client, for any other text and for an instant
    outside the years 1 to 9999 of UTC.
    """
    if _PLAIN.fullmatch(text):
        try:
            return (datetime.fromisoformat(text[:-1]) - EPOCH) // _MICROSECOND
        except ValueError:
            pass  # the general parser explains what is wrong
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an RFC 3339 time such as 2022-08-15T14:30:45Z')
    day, minute, seconds, fraction, sign, offset_hours, offset_minutes = match.groups()
    try:
        start = datetime.fromisoformat(f"{day}T{minute}")
    except ValueError:
        raise ValueError(f'"{text}" has a date that does not exist') from None
    instant = (start - EPOCH) // _MICROSECOND + int(seconds) * SECOND
    if sign is not None:
        offset = int(offset_hours) * HOUR + int(offset_minutes) * 60 * SECOND
        instant -= offset if sign == "+" else -offset
    if seconds == "60" and instant % DAY:
        raise ValueError(f'"{text}" has a leap second before the end of a UTC day')
    instant += _round_fraction(fraction)
    if not _FIRST <= instant <= LAST:
        raise ValueError(f'"{text}" is outside the years 1 to 9999 in UTC')
    return instant


def _round_fraction(digits: str | None) -> int:
    if digits is None:
        return 0
    micros = int(digits[:6].ljust(6, "0"))
    return micros + 1 if digits[6:7] >= "5" else micros


def parse_day(text: str) -> int:
    """Parse a date `YYYY-MM-DD` to its first instant; raises ValueError."""
    if _ISO_DATE.fullmatch(text) is None:
        raise ValueError(f'"{text}" is not a date such as 2022-08-15')
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is a date that does not exist') from None
    return (day - EPOCH.date()).days * DAY
