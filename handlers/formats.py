"""The formats of the contract, checked to the letter; JSON Schema's own checkers are looser."""

from jsonschema import FormatChecker

from auditmock.handlers.request import UUID
from auditmock.instants import parse_instant

FORMATS = FormatChecker(formats=())


@FORMATS.checks("uuid")
def is_uuid(value: object) -> bool:
    """Whether a string is a UUID of 36 characters."""
    return not isinstance(value, str) or UUID.fullmatch(value) is not None


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: object) -> bool:
    """Whether a string is an RFC 3339 time in the years 1 to 9999 of UTC."""
    return not isinstance(value, str) or parse_instant(value) is not None
