"""Settings as options of commands, and the mock they ask for."""

import re
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from auditmock.core.clock import current_time
from auditmock.core.timestamps import parse_day, parse_timestamp
from auditmock.openapi.releases import list_releases
from auditmock.settings import (
    FORMATS,
    LEVELS,
    LONGEST_JOURNAL,
    MOST_LOGS,
    MOST_WORLDS,
    SETTINGS,
    Setting,
    Settings,
)


class TimestampType(click.ParamType[int]):
    """A date, an RFC 3339 time, or `now`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the instant."""
        if isinstance(value, int):
            return value
        if value == "now":
            return current_time()
        try:
            instant = parse_day(value) if len(value) == len("2026-01-01") else parse_timestamp(value)
        except ValueError as error:
            self.fail(f'{error}; or write "now"', param, ctx)
        if instant < 0:
            # a history and its people go years back, and there is no time before the year 1
            self.fail(f'"{value}" lies before 1970; no history is that old', param, ctx)
        return instant


class OriginType(click.ParamType[str]):
    """An origin as browsers send it, or `*`."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the origin."""
        if value != "*" and not _ORIGIN.fullmatch(value):
            self.fail(f'"{value}" is no origin; write it like http://localhost:3000, or "*"', param, ctx)
        return str(value)


class ReleaseType(click.ParamType[str]):
    """The name of a release there is."""

    name = "release"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        if value not in list_releases():
            self.fail(f'"{value}" is no release; there are {", ".join(list_releases())}', param, ctx)
        return str(value)


class ControlTokenType(click.ParamType[str]):
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
    "until": TimestampType(),
    "cors": OriginType(),
    "control_token": ControlTokenType(),
    "release": ReleaseType(),
    "request_log": click.IntRange(0, LONGEST_JOURNAL),
    "rate_limit": click.IntRange(0),
    "max_worlds": click.IntRange(1, MOST_WORLDS),
    "log_level": click.Choice(LEVELS),
    "log_format": click.Choice(FORMATS),
}
"""What a flag takes, where its default does not say so."""


if TYPE_CHECKING:
    from auditmock.server.state import MockState

_SHORT = {"port": ("-p",)}
_ALSO_READ = {"port": ("PORT",)}
"""Environment variables that hosts set by custom."""


def _option(setting: Setting) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        setting.flag,
        *_SHORT.get(setting.name, ()),
        type=TYPES.get(setting.name),
        default=setting.default,
        is_flag=isinstance(setting.default, bool),
        multiple=isinstance(setting.default, tuple),
        envvar=[setting.variable, *_ALSO_READ.get(setting.name, ())],
        show_default=False if setting.default in ((), "", None) else str(setting.default),
        show_envvar=True,
        help=setting.help,
    )


def settings_options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some settings, or of all."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for setting in reversed(SETTINGS):
            if not names or setting.name in names:
                command = _option(setting)(command)
        return command

    return decorate


def state_for(settings: Settings) -> "MockState":
    """Make the mock of some settings; raises RecordsError for files that are not as they must be."""
    # What takes long to import is imported when it is needed, so that the command itself starts quickly.
    from auditmock.server.state import make_state

    if not settings.data:
        return make_state(settings, current_time)
    from auditmock.fixtures.store.imported import read_records

    return make_state(settings, current_time, partial(read_records, settings.data, sys.stdin.buffer))
