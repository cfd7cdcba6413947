"""The command `serve`."""

import errno
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditmock.cli.errors import Exit, silence_stdout
from auditmock.cli.options import load_state, settings_options
from auditmock.openapi.contract import find_contract
from auditmock.openapi.releases import find_overlays
from auditmock.settings import Settings

if TYPE_CHECKING:
    from auditmock.server.app import Backends
    from auditmock.server.run import MockServer, Watch
    from auditmock.server.state import MockState

UNUSED_MODULE = "httpx._main"
"""The command line of httpx, a dependency of Connexion; it would import 4 MB of Rich and Pygments."""


@click.command()
@settings_options()
def serve(**values: Any) -> None:
    """Run the mock server until Ctrl-C.

    Every option has an environment variable; flags override it. A variable of a repeatable option holds
    several values separated by spaces.
    """
    # slow imports stay inside the command, so that `--help` and errors are fast
    from auditmock.cli.banner import format_banner
    from auditmock.server.log_setup import open_log
    from auditmock.server.run import bind, make_server, run_server, url_of

    # Objects made before the server runs live on; `run_server` enables the garbage collector again.
    gc.disable()
    settings = Settings(**values)
    if settings.watch and "-" in settings.data:
        raise click.ClickException("--watch cannot reload standard input; pass a file to --data.")
    open_log(settings.log_level, settings.log_format)
    try:
        listener = bind(settings.host, settings.port)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(_cannot_listen(settings, error)) from None
    state = load_state(settings)

    def build() -> "Backends":
        with _hide_module(UNUSED_MODULE):
            from auditmock.server.backends import build_backends

        return build_backends(state, settings)

    def rebuild() -> "tuple[MockState, Settings, Backends]":
        from auditmock.server.backends import build_backends

        # the request log belongs to the server and survives a reload
        rebuilt = load_state(settings)._replace(request_log=state.request_log)
        return rebuilt, settings, build_backends(rebuilt, settings)

    def watch(server: "MockServer") -> "Watch":
        from auditmock.server.reload import Reloader

        return Reloader(_list_files(settings), rebuild, server.replace).run

    banner = format_banner(state, url_of(listener), settings)
    with suppress(KeyboardInterrupt):
        reload = watch if settings.watch else None
        if not run_server(make_server(state, settings, build, partial(_announce, banner)), listener, reload):
            sys.exit(Exit.FAILED)


@contextmanager
def _hide_module(module: str) -> Iterator[None]:
    """Make imports of a module fail inside the context."""
    sys.modules[module] = None  # type: ignore[assignment]  # None blocks imports (import system, 5.3.1)
    try:
        yield
    finally:
        del sys.modules[module]


def _list_files(settings: Settings) -> list[Path]:
    own = [Path(settings.scenarios)] if settings.scenarios else []
    return [find_contract(), *find_overlays().values(), *own, *map(Path, settings.data)]


def _announce(banner: str) -> None:
    try:
        click.echo(banner)
    except OSError:
        silence_stdout()


def _cannot_listen(settings: Settings, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    suggestion = "; use another --port, or --port 0 for a free port"
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return f"cannot listen on {settings.host}:{settings.port}: {reason.lower()}{suggestion if taken else ''}"
