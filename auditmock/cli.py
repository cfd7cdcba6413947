"""The command line: from words to `Settings`, and one clear line when something is wrong with them."""

import errno
import gc
import json
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from functools import partial
from typing import Any, NoReturn

import click

from auditmock.arguments import TYPES, EditionName
from auditmock.asgi import App
from auditmock.clock import present_instant
from auditmock.contract.options import OPTIONS, TOKENS, URL_VARIABLE, Option, Options
from auditmock.differences import compare
from auditmock.editions import DOCUMENTED, open_edition
from auditmock.instants import format_instant
from auditmock.settings import SETTINGS, Setting, Settings
from auditmock.version import VERSION


class Exit(IntEnum):
    """What the command's exit status means."""

    DONE = 0
    FAILED = 1
    USAGE = 2


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


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Stand in for Coder's audit API."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
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
        _give_up_output()


def _give_up_output() -> None:
    """Send the rest of the output nowhere: whoever read it has gone, and nothing may fail at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Words(click.ParamType[tuple[str, ...]]):
    """The values of an option that takes several."""

    name = "words"

    def __init__(self, option: Option) -> None:
        self._option = option
        self.name = ",".join(option.choices) or "words"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read the words."""
        try:
            return self._option.split(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _check_option(option: Option) -> Callable[[Callable[..., None]], Callable[..., None]]:
    kind: Any = click.Choice(option.choices) if option.choices else None
    return click.option(
        option.flag,
        default="" if option.many else option.default,
        is_flag=isinstance(option.default, bool),
        type=Words(option) if option.many else kind,
        show_default=not isinstance(option.default, bool) and option.default not in ("", ()),
        help=option.help,
    )


def _check_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(OPTIONS):
        if option.name != "base_url":
            command = _check_option(option)(command)
    for flag, (variable, explanation) in reversed(TOKENS.items()):
        command = click.option(flag, envvar=variable, show_envvar=True, default="", help=explanation)(command)
    return command


@cli.command()
@click.argument("url", default="", envvar=URL_VARIABLE)
@_check_options
def check(url: str, token: str, second_token: str, **values: Any) -> None:
    """Judge the deployment at URL by the contract; $CODER_URL stands for it, too.

    Only reads, unless --allow-writes is given. Without a URL a mock is started and judged. Tokens are
    better given by their variables, where no list of processes shows them.

    Exit status: 0 conforms, 1 violates the contract, 2 usage, 3 cannot be reached or does not accept the
    token.
    """
    try:
        from auditmock.contract.judging import judge
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f'the suite needs {error.name}: pip install "coder-audit-mock[check]"'
        ) from None
    sys.exit(judge(Options(base_url=url, **values), {"--token": token, "--second-token": second_token}))


@cli.command()
@click.option("--edition", type=EditionName(), default=DOCUMENTED, show_default=True, help="Which edition.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--diff", type=EditionName(), nargs=2, metavar="ONE OTHER", help="What differs between two.")
def contract(edition: str, form: str, diff: tuple[str, str] | None) -> None:
    """Write out the contract of an edition, or what differs between two."""
    if diff:
        one, other = map(open_edition, diff)
        for difference in compare(one.document, other.document):
            click.echo(difference.write())
        return
    opened = open_edition(edition)
    click.echo(opened.text if form == "yaml" else json.dumps(opened.document, indent=2), nl=form == "json")


def _cannot_listen(settings: Settings, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    cure = "; choose another port with --port, or --port 0 for a free one"
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return f"cannot listen on {settings.host}:{settings.port}: {reason.lower()}{cure if taken else ''}"


def main() -> NoReturn:
    """Run the command; every mistake of its user ends in one line and status 2."""
    try:
        cli.main(prog_name="auditmock", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"auditmock: {error.format_message()}", err=True)
        sys.exit(Exit.USAGE)
    except click.Abort:
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        _give_up_output()
        sys.exit(Exit.FAILED)
    sys.exit(Exit.DONE)
