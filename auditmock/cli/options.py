"""The settings as command-line options."""

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from auditmock.cli.param_types import (
    ChoiceType,
    ControlTokenType,
    NumberType,
    OriginType,
    ReleaseType,
    SeedType,
    TextType,
    TimestampType,
)
from auditmock.core.clock import current_time
from auditmock.settings import (
    LOG_FORMATS,
    LOG_LEVELS,
    MAX_LOGS,
    MAX_REQUEST_LOG,
    MAX_WORLDS,
    SETTINGS,
    Setting,
    Settings,
)

if TYPE_CHECKING:
    from auditmock.server.state import MockState

TYPES: dict[str, click.ParamType[Any]] = {
    "release": ReleaseType(),
    "host": TextType("host"),
    "port": NumberType(0, 65535, "port"),
    "scenario": TextType("name"),
    "scenarios": TextType("dir"),
    "seed": SeedType(),
    "logs": NumberType(0, MAX_LOGS),
    "until": TimestampType(),
    "data": TextType("file"),
    "cors": OriginType(),
    "rate_limit": NumberType(0),
    "max_worlds": NumberType(1, MAX_WORLDS),
    "request_log": NumberType(0, MAX_REQUEST_LOG),
    "control_token": ControlTokenType(),
    "log_level": ChoiceType(LOG_LEVELS),
    "log_format": ChoiceType(LOG_FORMATS),
}
"""The type of each setting's value; a missing one is a switch."""

_SHORT_FLAGS = {"port": ("-p",)}
_EXTRA_VARIABLES = {"port": ("PORT",)}
"""Environment variables that hosting platforms set."""


def _option(setting: Setting, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    is_switch = isinstance(setting.default, bool)
    return click.option(
        setting.flag,
        *_SHORT_FLAGS.get(setting.name, ()),
        type=TYPES.get(setting.name),
        default=setting.default,
        is_flag=is_switch,
        multiple=isinstance(setting.default, tuple),
        envvar=[setting.variable, *_EXTRA_VARIABLES.get(setting.name, ())],
        show_default=not is_switch and setting.default not in ((), "", None),
        show_envvar=True,
        help=help_text,
    )


def settings_options(*names: str, **help_texts: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the options of these settings to a command; of all settings if no name is given.

    `help_texts` override a setting's help, by its name.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for setting in reversed(SETTINGS):
            if not names or setting.name in names:
                command = _option(setting, help_texts.get(setting.name, setting.help))(command)
        return command

    return decorate


def load_state(settings: Settings) -> "MockState":
    """Load scenarios and data files; raises InputFileError for an invalid one."""
    # slow to import: needed only once the command line is valid
    from auditmock.server.state import make_state

    if not settings.data:
        return make_state(settings, current_time)
    from auditmock.fixtures.store.imported import read_records

    return make_state(settings, current_time, partial(read_records, settings.data, sys.stdin.buffer))
