"""The command that serves: from words to `Settings`, and from those to a server."""

import errno
import gc
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import click

from auditmock.arguments import TYPES
from auditmock.asgi import App
from auditmock.clock import present_instant
from auditmock.commands.ending import Exit, give_up_output
from auditmock.instants import format_instant
from auditmock.settings import SETTINGS, Setting, Settings

_SHORT = {"port": ("-p",)}
_ALSO_READ = {"port": ("PORT",)}
"""Environment variables that hosts set by custom."""


def _option(setting: Setting) -> Callable[[Callable[..., None]], Callable[..., None]]:
    shown = format_instant(setting.default) if setting.name == "until" else setting.default
    return click.option(
        setting.flag,
        *_SHORT.get(setting.name, ()),
        type=TYPES.get(setting.name),
        default=setting.default,
        multiple=isinstance(setting.default, tuple),
        envvar=[setting.variable, *_ALSO_READ.get(setting.name, ())],
        show_default=False if shown in ((), "") else str(shown),
        show_envvar=True,
        help=setting.help,
    )


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for setting in reversed(SETTINGS):
        command = _option(setting)(command)
    return command


@click.command()
@_options
def serve(**values: Any) -> None:
    """Serve the mock until Ctrl-C.

    Every option can be set by the environment variable shown beside it, several values divided by spaces;
    what stands on the command line goes first.
    """
    # What takes long to import is imported when it is needed, so that the rest of the command stays quick.
    from auditmock.banner import write_banner
    from auditmock.logs import open_log
    from auditmock.mock import make_mock
    from auditmock.server import bind, run_server, url_of

    # Nothing made before the server runs is garbage; `run_server` switches the collector on again.
    gc.disable()
    # Connexion imports Starlette's test client, which announces its move to another HTTP library.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    settings = Settings(**values)
    open_log(settings.log_level, settings.log_format)
    try:
        listener = bind(settings.host, settings.port)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(_cannot_listen(settings, error)) from None
    if settings.data:
        from auditmock.fixtures.readings import RecordsError
        from auditmock.fixtures.records import read_records

        try:
            mock = make_mock(
                settings, present_instant, partial(read_records, settings.data, sys.stdin.buffer)
            )
        except RecordsError as error:
            raise click.ClickException(str(error)) from None
    else:
        mock = make_mock(settings, present_instant)

    def build() -> App:
        from auditmock.judge import build_judge

        return build_judge(mock, settings)

    banner = write_banner(mock, url_of(listener), settings.edition)
    with suppress(KeyboardInterrupt):
        if not run_server(mock, listener, build, partial(_announce, banner)):
            sys.exit(Exit.FAILED)


def _announce(banner: str) -> None:
    try:
        click.echo(banner)
    except OSError:
        give_up_output()


def _cannot_listen(settings: Settings, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    cure = "; choose another port with --port, or --port 0 for a free one"
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return f"cannot listen on {settings.host}:{settings.port}: {reason.lower()}{cure if taken else ''}"
