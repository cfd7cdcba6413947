"""Click parameter types; their messages name what is accepted."""

import re
from pathlib import Path
from typing import Any

import click

from auditmock.core.clock import current_time
from auditmock.core.timestamps import parse_day, parse_timestamp
from auditmock.openapi.releases import ReleaseError, check_release

_CONTROL_TOKEN = re.compile(r"[0-9A-Za-z._~+/-]{8,}=*")
_SERVER = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+")


class TextType(click.ParamType[str]):
    """Any text; `name` is its placeholder in the help."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        del param, ctx
        return str(value)


class NumberType(click.ParamType[int]):
    """A whole number from `low` to `high`, without an upper limit if that is None."""

    def __init__(self, low: int, high: int | None = None, name: str = "n") -> None:
        self.name = name
        self._low = low
        self._high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            number = self._low - 1
        if number < self._low or (self._high is not None and number > self._high):
            accepted = f"from {self._low:,}" + (" up" if self._high is None else f" to {self._high:,}")
            self.fail(f'"{value}" is not a whole number {accepted}.', param, ctx)
        return number


class SeedType(click.ParamType[int]):
    """Any whole number."""

    name = "n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(value)
        except ValueError:
            self.fail(f'"{value}" is not a whole number.', param, ctx)


class ChoiceType(click.Choice[str]):
    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        del ctx
        return f'"{value}" is not one of {", ".join(self.choices)}.'


class TimestampType(click.ParamType[int]):
    """A date, an RFC 3339 time, or `now`; microseconds since 1970."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "now":
            return current_time()
        try:
            instant = parse_day(value) if len(value) == len("2026-01-01") else parse_timestamp(value)
        except ValueError as error:
            self.fail(f'{error}, or "now".', param, ctx)
        if instant < 0:
            # a history spans years, and timestamps before the year 1 do not exist
            self.fail(f'"{value}" is before 1970; the earliest accepted date is 1970-01-01.', param, ctx)
        return instant


class OriginType(click.ParamType[str]):
    """An origin as browsers send it, or `*`."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value != "*" and not _ORIGIN.fullmatch(value):
            self.fail(
                f'"{value}" is not an origin; use a form such as http://localhost:3000, or "*".', param, ctx
            )
        return str(value)


class ReleaseType(click.ParamType[str]):
    name = "release"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            check_release(value)
        except ReleaseError as error:
            self.fail(str(error), param, ctx)
        return str(value)


class ControlTokenType(click.ParamType[str]):
    """A bearer token (RFC 6750, 2.1) of 8 or more characters, or nothing."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the token; the message does not repeat it."""
        if value and not _CONTROL_TOKEN.fullmatch(value):
            self.fail("a control token needs 8 or more letters, digits or -._~+/ characters.", param, ctx)
        return str(value)


class ServerType(click.ParamType[str]):
    """The address of a server, without a slash at its end."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value and not _SERVER.fullmatch(value):
            self.fail(f'"{value}" is not an address such as https://mock.example.com.', param, ctx)
        return str(value).rstrip("/")


class DirectoryType(click.ParamType[Path]):
    """A directory, which may be missing."""

    name = "dir"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.exists() and not path.is_dir():
            self.fail(f'"{value}" is a file, not a directory.', param, ctx)
        return path
