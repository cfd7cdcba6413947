"""Click parameter types; their messages name what is accepted."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import click

from auditmock.core.clock import current_time
from auditmock.core.timestamps import parse_day, parse_timestamp
from auditmock.openapi.releases import check_release

_CONTROL_TOKEN = re.compile(r"[0-9A-Za-z._~+/-]{8,}=*")
_SERVER = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+")

Value = TypeVar("Value")


class ParsedType(click.ParamType[Value], Generic[Value]):
    """Values that `parse` returns; its ValueError is the message. `name` is the placeholder in the help."""

    def __init__(self, name: str, parse: Callable[[Any], Value]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class ChoiceType(click.Choice[str]):
    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        del ctx
        return f'"{value}" is not one of {", ".join(self.choices)}.'


def text_type(name: str) -> ParsedType[str]:
    return ParsedType(name, str)


def number_type(low: int, high: int | None = None, name: str = "n") -> ParsedType[int]:
    """Accept whole numbers from `low` to `high`, without an upper limit if that is None."""
    accepted = f"from {low:,}" + (" up" if high is None else f" to {high:,}")

    def parse(value: Any) -> int:
        try:
            number = int(value)
        except ValueError:
            number = low - 1
        if number < low or (high is not None and number > high):
            raise ValueError(f'"{value}" is not a whole number {accepted}.')
        return number

    return ParsedType(name, parse)


def _parse_seed(value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f'"{value}" is not a whole number.') from None


def _parse_time(value: Any) -> int:
    if isinstance(value, int):
        return value
    if value == "now":
        return current_time()
    try:
        instant = parse_day(value) if len(value) == len("2026-01-01") else parse_timestamp(value)
    except ValueError as error:
        raise ValueError(f'{error}, or "now".') from None
    if instant < 0:
        # a history spans years, and timestamps before the year 1 do not exist
        raise ValueError(f'"{value}" is before 1970; the earliest accepted date is 1970-01-01.')
    return instant


def _parse_origin(value: str) -> str:
    if value != "*" and not _ORIGIN.fullmatch(value):
        raise ValueError(f'"{value}" is not an origin; use a form such as http://localhost:3000, or "*".')
    return value


def _parse_release(value: str) -> str:
    check_release(value)
    return value


def _parse_control_token(value: str) -> str:
    if value and not _CONTROL_TOKEN.fullmatch(value):
        raise ValueError("a control token needs 8 or more letters, digits or -._~+/ characters.")
    return value


def _parse_server(value: str) -> str:
    if value and not _SERVER.fullmatch(value):
        raise ValueError(f'"{value}" is not an address such as https://mock.example.com.')
    return value.rstrip("/")


def _parse_directory(value: str) -> Path:
    path = Path(value)
    if path.exists() and not path.is_dir():
        raise ValueError(f'"{value}" is a file, not a directory.')
    return path


SEED = ParsedType("n", _parse_seed)
TIMESTAMP = ParsedType("time", _parse_time)
"""A date, an RFC 3339 time, or `now`; microseconds since 1970."""
ORIGIN = ParsedType("origin", _parse_origin)
"""An origin as browsers send it, or `*`."""
RELEASE = ParsedType("release", _parse_release)
CONTROL_TOKEN = ParsedType("token", _parse_control_token)
"""A bearer token (RFC 6750, 2.1) of 8 or more characters, or nothing; the message does not repeat it."""
SERVER = ParsedType("url", _parse_server)
"""The address of a server, without a slash at its end."""
DIRECTORY = ParsedType("dir", _parse_directory)
"""A directory, which may be missing."""
