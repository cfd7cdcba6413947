"""The command that serves: from words to `Settings`, and from those to a server."""

import errno
import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditmock.cli.exit import Exit, silence_stdout
from auditmock.cli.options import settings_options, state_for
from auditmock.openapi.contract import find_contract
from auditmock.openapi.releases import find_overlays
from auditmock.settings import Settings

if TYPE_CHECKING:
    from auditmock.server.app import Backends
    from auditmock.server.run import MockServer, Watch
    from auditmock.server.state import MockState

UNUSED = "httpx._main"
"""The command line of httpx, which comes along with Connexion, and with it 4 MB of Rich and Pygments."""


@click.command()
@settings_options()
def serve(**values: Any) -> None:
    """Serve the mock until Ctrl-C.

    Every option can be set by the environment variable shown beside it, several values divided by spaces;
    what stands on the command line goes first.
    """
    # What takes long to import is imported when it is needed, so that the rest of the command stays quick.
    from auditmock.cli.banner import write_banner
    from auditmock.server.log_setup import open_log
    from auditmock.server.run import bind, make_server, run_server, url_of

    # Nothing made before the server runs is garbage; `run_server` switches the collector on again.
    gc.disable()
    # Connexion imports Starlette's test client, which announces its move to another HTTP library.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    settings = Settings(**values)
    if settings.watch and "-" in settings.data:
        raise click.ClickException("--watch cannot read standard input again; give --data a file")
    open_log(settings.log_level, settings.log_format)
    try:
        listener = bind(settings.host, settings.port)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(_cannot_listen(settings, error)) from None
    state = state_for(settings)

    def build() -> "Backends":
        with _left_out(UNUSED):
            from auditmock.server.backends import build_backends

        return build_backends(state, settings)

    def rebuild() -> "tuple[MockState, Settings, Backends]":
        from auditmock.server.backends import build_backends

        # the request_log goes on: it tells of the server, not of what it serves
        made = state_for(settings)._replace(request_log=state.request_log)
        return made, settings, build_backends(made, settings)

    def watch(server: "MockServer") -> "Watch":
        from auditmock.server.reload import Reloader

        return Reloader(_list_files(settings), rebuild, server.replace).run

    banner = write_banner(state, url_of(listener), settings)
    with suppress(KeyboardInterrupt):
        reload = watch if settings.watch else None
        if not run_server(make_server(state, settings, build, partial(_announce, banner)), listener, reload):
            sys.exit(Exit.FAILED)


@contextmanager
def _left_out(module: str) -> Iterator[None]:
    """Have a module not found by what is imported meanwhile."""
    sys.modules[module] = None  # type: ignore[assignment]  # so says the import system's reference
    try:
        yield
    finally:
        del sys.modules[module]


def _list_files(settings: Settings) -> list[Path]:
    """List the files and folders that a mock is made from."""
    own = [Path(settings.scenarios)] if settings.scenarios else []
    return [find_contract(), *find_overlays().values(), *own, *map(Path, settings.data)]


def _announce(banner: str) -> None:
    try:
        click.echo(banner)
    except OSError:
        silence_stdout()


def _cannot_listen(settings: Settings, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    suggestion = "; choose another port with --port, or --port 0 for a free one"
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return f"cannot listen on {settings.host}:{settings.port}: {reason.lower()}{suggestion if taken else ''}"
