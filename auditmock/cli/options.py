"""Options of the command line: the settings, and what the commands share."""

import sys
from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import click

from auditmock.cli.param_types import (
    CONTROL_TOKEN,
    ORIGIN,
    RELEASE,
    SEED,
    TIMESTAMP,
    ChoiceType,
    number_type,
    text_type,
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

Decorator = Callable[[Callable[..., None]], Callable[..., None]]

TYPES: dict[str, click.ParamType[Any]] = {
    "release": RELEASE,
    "host": text_type("host"),
    "port": number_type(0, 65535, "port"),
    "scenario": text_type("name"),
    "scenarios": text_type("dir"),
    "seed": SEED,
    "logs": number_type(0, MAX_LOGS),
    "until": TIMESTAMP,
    "data": text_type("file"),
    "cors": ORIGIN,
    "rate_limit": number_type(0),
    "max_worlds": number_type(1, MAX_WORLDS),
    "request_log": number_type(0, MAX_REQUEST_LOG),
    "control_token": CONTROL_TOKEN,
    "log_level": ChoiceType(LOG_LEVELS),
    "log_format": ChoiceType(LOG_FORMATS),
}
"""The type of each setting's value; a missing one is a switch."""

_SHORT_FLAGS = {"port": ("-p",)}
_EXTRA_VARIABLES = {"port": ("PORT",)}
"""Environment variables that hosting platforms set."""


def _option(setting: Setting, help_text: str) -> Decorator:
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


def settings_options(*names: str, **help_texts: str) -> Decorator:
    """Add the options of these settings, or of all if no name is given; `help_texts` override their help."""
    chosen = (setting for setting in SETTINGS if not names or setting.name in names)
    return add_options(_option(setting, help_texts.get(setting.name, setting.help)) for setting in chosen)


def format_option(*choices: str, note: str = "") -> Decorator:
    """Make the option `--format`; the first choice is the default."""
    return click.option(
        "--format",
        "form",
        type=ChoiceType(choices),
        default=choices[0],
        show_default=True,
        help=f"Output format{note}.",
    )


def add_options(options: Iterable[Decorator]) -> Decorator:
    """Add options to a command, whose help lists them in this order."""
    return lambda command: reduce(lambda added, option: option(added), reversed([*options]), command)


def load_state(settings: Settings) -> "MockState":
    """Load scenarios and data files; raises InputFileError for an invalid one."""
    # slow to import: needed only once the command line is valid
    from auditmock.server.state import make_state

    if not settings.data:
        return make_state(settings, current_time)
    from auditmock.fixtures.store.imported import read_records

    return make_state(settings, current_time, partial(read_records, settings.data, sys.stdin.buffer))
