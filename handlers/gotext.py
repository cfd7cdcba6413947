"""Go's own way to read and to quote: numbers, UUIDs, dates and times, with its words for what is wrong.

Every reader raises ValueError, its message Go's (reference 8.1, 9.3, 12.2).
"""

import re
from datetime import date, datetime
from typing import NamedTuple

from auditmock.instants import CYCLE, DAY, EPOCH, SECOND

_SHORT = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", '"': '"', "\\": "\\"}
_LOWER = {"\u0130": "i"}
"""Letters whose lower case has one character in Go and two in Python."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_HEX = re.compile(r"[0-9A-Fa-f]{32}")
_DASHES = (8, 13, 18, 23)
_URN = "urn:uuid:"
_PLAIN_UUID, _BARE_UUID = 36, 32
_BYTE, _PLANE = 0x80, 0x10000


def quote(text: str) -> str:
    """Quote a text as `%q` does."""
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(character: str) -> str:
    if character in _SHORT:
        return "\\" + _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _PLANE else f"\\U{code:08x}"


def lower_case(text: str) -> str:
    """Write in lower case as Go does: each letter for itself, whatever stands around it."""
    return text.lower() if text.isascii() else "".join(_LOWER.get(each) or each.lower() for each in text)


def parse_integer(text: str, bits: int, function: str) -> int:
    """Read a decimal number of so many bits, as the named function of `strconv` does."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{function}: parsing {quote(text)}: invalid syntax")
    # a number of a thousand digits is out of range, whatever its digits are
    number = int(text[:1000])
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise ValueError(f"{function}: parsing {quote(text)}: value out of range")
    return number


def wrap(number: int) -> int:
    """Cut a number to 32 bits, as a conversion to int32 does."""
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def parse_uuid(text: str) -> str:
    """Read a UUID in any of the four forms google/uuid takes; gives the usual one."""
    if _USUAL_UUID.fullmatch(text):
        return text
    length = len(text.encode())
    if length == _PLAIN_UUID + len(_URN):
        if text[: len(_URN)].lower() != _URN:
            raise ValueError(f"invalid urn prefix: {quote(text[: len(_URN)])}")
        text = text[len(_URN) :]
    elif length == _PLAIN_UUID + 2:
        text = text[1:-1]
    elif length not in (_BARE_UUID, _PLAIN_UUID):
        raise ValueError(f"invalid UUID length: {length}")
    digits = text
    if length != _BARE_UUID:
        if any(text[place : place + 1] != "-" for place in _DASHES):
            raise ValueError("invalid UUID format")
        digits = "".join(text[start + 1 : start + 1 + size] for start, size in _GROUPS)
    if not _HEX.fullmatch(digits):
        raise ValueError("invalid UUID format")
    digits = digits.lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_USUAL_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GROUPS = ((-1, 8), (8, 4), (13, 4), (18, 4), (23, 12))


_FOUR, _TWO, _ONE_OR_TWO = re.compile("[0-9]{4}"), re.compile("[0-9]{2}"), re.compile("[0-9]{1,2}")


class _Piece(NamedTuple):
    """A piece of a layout: its text and, for a number, its name, form and least and greatest value."""

    text: str
    name: str = ""
    form: re.Pattern[str] | None = None
    least: int = 0
    greatest: int = 9999


_DATE = (
    _Piece("2006", "year", _FOUR),
    _Piece("-"),
    _Piece("01", "month", _TWO, 1, 12),
    _Piece("-"),
    _Piece("02", "day", _TWO, 0, 99),
)
_TIME = (
    *_DATE,
    _Piece("T"),
    _Piece("15", "hour", _ONE_OR_TWO, 0, 23),
    _Piece(":"),
    _Piece("04", "minute", _TWO, 0, 59),
    _Piece(":"),
    _Piece("05", "second", _TWO, 0, 59),
)
_FRACTION = re.compile(r"[.,]([0-9]+)")
_ZONE = re.compile(r"Z|([+-])([0-9]{2}):([0-9]{2})")
_ZONE_TEXT = "Z07:00"
_ZONE_HOURS, _ZONE_MINUTES = 24, 60
_LIKE_YEAR_0 = 400
_USUAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_DAY_SECONDS = DAY // SECOND


class _Reader:
    """Reads one text by a layout; `told` and `layout` are both as errors show them."""

    def __init__(self, told: str, layout: str) -> None:
        self._told = told
        self._layout = layout
        self.rest = told

    def read(self, pieces: tuple[_Piece, ...]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for piece in pieces:
            if piece.form is None:
                self.skip(piece.text)
                continue
            digits = self.take(piece.form)
            if digits is None:
                raise self.wrong(piece.text)
            number = int(digits[0])
            if not piece.least <= number <= piece.greatest:
                raise self.outside(piece.name)
            numbers[piece.name] = number
        return numbers

    def skip(self, text: str) -> None:
        if not self.rest.startswith(text):
            raise self.wrong(text)
        self.rest = self.rest[len(text) :]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.rest)
        self.rest = self.rest[match.end() :] if match else self.rest
        return match

    def end(self, numbers: dict[str, int]) -> int:
        """Check that nothing is left over; gives the first instant of the day."""
        if self.rest:
            raise ValueError(f"parsing time {quote(self._told)}: extra text: {quote(self.rest)}")
        year = numbers["year"]
        try:
            # Python's calendar has no year 0; the year 400 is like it
            day = date(year or _LIKE_YEAR_0, numbers["month"], numbers["day"])
        except ValueError:
            raise self.outside("day") from None
        return (day - EPOCH.date()).days * DAY - (0 if year else CYCLE)

    def wrong(self, piece: str) -> ValueError:
        told, layout = quote(self._told), quote(self._layout)
        return ValueError(
            f"parsing time {told} as {layout}: cannot parse {quote(self.rest)} as {quote(piece)}"
        )

    def outside(self, name: str) -> ValueError:
        return ValueError(f"parsing time {quote(self._told)}: {name} out of range")


def parse_date(text: str) -> int:
    """Read `2006-01-02` as the first instant of that day."""
    reader = _Reader(text, "2006-01-02")
    return reader.end(reader.read(_DATE))


def parse_time(text: str, around: str = "") -> int:
    """Read an RFC 3339 time, rounded to microseconds; `around` is what stands on both sides of it."""
    if not around and _USUAL_TIME.fullmatch(text):
        try:
            since = datetime.fromisoformat(text[:-1]) - EPOCH
        except ValueError:
            pass  # the way of all other texts says what is wrong with the day
        else:
            return (since.days * _DAY_SECONDS + since.seconds) * SECOND
    reader = _Reader(text, f"{around}2006-01-02T15:04:05{_ZONE_TEXT}{around}")
    reader.skip(around)
    numbers = reader.read(_TIME)
    fraction = reader.take(_FRACTION)
    zone = reader.take(_ZONE)
    if zone is None:
        raise reader.wrong(_ZONE_TEXT)
    reader.skip(around)
    instant = reader.end(numbers)
    instant += (numbers["hour"] * 60 + numbers["minute"]) * 60 * SECOND + numbers["second"] * SECOND
    if fraction:
        # as PostgreSQL does it: in floating point, half a microsecond to the even one
        instant += round(float(f"0.{fraction[1][:9]}") * SECOND)
    if zone[1]:
        instant -= _offset(reader, zone, is_bounded=not around)
    return instant


def _offset(reader: _Reader, zone: re.Match[str], *, is_bounded: bool) -> int:
    """Give the microseconds of a zone; Go bounds them since it reads times without their quotes (1.20)."""
    hours, minutes = int(zone[2]), int(zone[3])
    if is_bounded and hours > _ZONE_HOURS:
        raise reader.outside("time zone offset hour")
    if is_bounded and minutes > _ZONE_MINUTES:
        raise reader.outside("time zone offset minute")
    offset = (hours * 60 + minutes) * 60 * SECOND
    return offset if zone[1] == "+" else -offset
