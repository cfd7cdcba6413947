"""Settings as options of commands, and the mock they ask for."""

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from auditmock.arguments import TYPES
from auditmock.clock import present_instant
from auditmock.settings import SETTINGS, Setting, Settings

if TYPE_CHECKING:
    from auditmock.mock import Mock

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


def mock_of(settings: Settings) -> "Mock":
    """Make the mock of some settings; raises RecordsError for files that are not as they must be."""
    # What takes long to import is imported when it is needed, so that the command itself starts quickly.
    from auditmock.mock import make_mock

    if not settings.data:
        return make_mock(settings, present_instant)
    from auditmock.fixtures.records import read_records

    return make_mock(settings, present_instant, partial(read_records, settings.data, sys.stdin.buffer))
