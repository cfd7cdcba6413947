"""What the flags of the command take, and what is said of anything else."""

import re
from typing import Any

import click

from auditmock.clock import present_instant
from auditmock.editions import list_editions
from auditmock.instants import parse_day, parse_instant
from auditmock.settings import FORMATS, LEVELS, LONGEST_JOURNAL, MOST_LOGS, MOST_WORLDS


class Instant(click.ParamType[int]):
    """A date, an RFC 3339 time, or `now`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the instant."""
        if isinstance(value, int):
            return value
        if value == "now":
            return present_instant()
        try:
            instant = parse_day(value) if len(value) == len("2026-01-01") else parse_instant(value)
        except ValueError as error:
            self.fail(f'{error}; or write "now"', param, ctx)
        if instant < 0:
            # a history and its people go years back, and there is no time before the year 1
            self.fail(f'"{value}" lies before 1970; no history is that old', param, ctx)
        return instant


class Origin(click.ParamType[str]):
    """An origin as browsers send it, or `*`."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the origin."""
        if value != "*" and not _ORIGIN.fullmatch(value):
            self.fail(f'"{value}" is no origin; write it like http://localhost:3000, or "*"', param, ctx)
        return str(value)


class EditionName(click.ParamType[str]):
    """The name of an edition there is."""

    name = "edition"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        if value not in list_editions():
            self.fail(f'"{value}" is no edition; there are {", ".join(list_editions())}', param, ctx)
        return str(value)


class ControlToken(click.ParamType[str]):
    """What may stand behind `Bearer`, or nothing."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the token, which no message repeats."""
        if value and not _CONTROL_TOKEN.fullmatch(value):
            self.fail("a control token has 8 or more letters, digits and -._~+/", param, ctx)
        return str(value)


_CONTROL_TOKEN = re.compile(r"[0-9A-Za-z._~+/-]{8,}=*")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+")

TYPES: dict[str, Any] = {
    "port": click.IntRange(0, 65535),
    "seed": click.INT,
    "logs": click.IntRange(0, MOST_LOGS),
    "until": Instant(),
    "cors": Origin(),
    "control_token": ControlToken(),
    "edition": EditionName(),
    "journal": click.IntRange(0, LONGEST_JOURNAL),
    "rate_limit": click.IntRange(0),
    "max_worlds": click.IntRange(1, MOST_WORLDS),
    "log_level": click.Choice(LEVELS),
    "log_format": click.Choice(FORMATS),
}
"""What a flag takes, where its default does not say so."""
