"""The commands that ask deployments: whether they keep the contract, and which release they are."""

import json
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.options import OPTIONS, TOKENS, URL_VARIABLE, Option, Options

_CONNECTION = ("rate_limit", "request_timeout", "retries", "tls_verify", "proxy")
"""The settings that say how to get to a deployment."""

_UNREADY = 3
"""Exit status when a deployment cannot be asked."""


class OptionValue(click.ParamType[Any]):
    """What an option of the suite takes."""

    name = "value"

    def __init__(self, option: Option) -> None:
        self._option = option
        self.name = ",".join(option.choices) or ("words" if option.many else type(option.default).__name__)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it."""
        if not isinstance(value, str):
            return value
        try:
            return self._option.read(value)
        except SettingsError as error:
            self.fail(str(error), param, ctx)


def _check_option(option: Option) -> Callable[[Callable[..., None]], Callable[..., None]]:
    one_of: Any = click.Choice(option.choices) if option.choices and not option.many else None
    is_flag = isinstance(option.default, bool)
    return click.option(
        option.flag,
        default=option.default,
        is_flag=is_flag,
        type=one_of or (None if is_flag else OptionValue(option)),
        show_default=not is_flag and option.default not in ("", ()),
        help=option.help,
    )


def _options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    chosen = [option for option in OPTIONS if option.name in names]

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(chosen):
            command = _check_option(option)(command)
        return command

    return add


def _tokens(*flags: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def add(command: Callable[..., None]) -> Callable[..., None]:
        for flag in reversed(flags):
            variable, explanation = TOKENS[flag]
            option = click.option(flag, envvar=variable, show_envvar=True, default="", help=explanation)
            command = option(command)
        return command

    return add


@click.command()
@click.argument("url", default="", envvar=URL_VARIABLE)
@_tokens(*TOKENS)
@_options(*(option.name for option in OPTIONS if option.name != "base_url"))
def check(url: str, token: str, second_token: str, **values: Any) -> None:
    """Judge the deployment at URL by the contract; $CODER_URL stands for it, too.

    Only reads, unless --allow-writes is given. Without a URL a mock is started and judged. Tokens are
    better given by their variables, where no list of processes shows them.

    Exit status: 0 conforms, 1 violates the contract, 2 usage, interrupted, or nothing judged, 3 cannot be
    reached, does not accept the token (any more), or asks to wait too long.
    """
    try:
        from auditmock.checker.main import run_checks
    except ModuleNotFoundError as error:
        _missing_packages(error)
    try:
        verdict = run_checks(
            Options(base_url=url, **values), {"--token": token, "--second-token": second_token}
        )
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(verdict)


@click.command()
@click.argument("url", envvar=URL_VARIABLE)
@_tokens("--token")
@_options(*_CONNECTION)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def identify(url: str, token: str, form: str, **values: Any) -> None:
    """Say which releases the deployment at URL answers like, and whether its version header lies.

    Asks some twenty telling questions that only read. The token is better given by its variable, where no
    list of processes shows it.

    Exit status: 0 it answers as a release does, and as the one it says it is; 1 it does not; 2 usage; 3 it
    cannot be reached or does not accept the token.
    """
    try:
        from auditmock.checker.identify import describe_identity, identify_at, write_identity
        from auditmock.checker.preflight import NotReadyError
    except ModuleNotFoundError as error:
        _missing_packages(error)
    try:
        identity = identify_at(Options(base_url=url, **values), token)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    except NotReadyError as error:
        click.echo(f"auditmock: {error}", err=True)
        sys.exit(_UNREADY)
    if form == "json":
        click.echo(json.dumps(write_identity(identity), indent=2))
    else:
        click.echo("\n".join(describe_identity(identity)))
    sys.exit(not identity.is_honest)


def _missing_packages(error: ModuleNotFoundError) -> NoReturn:
    raise click.ClickException(
        f'the suite needs {error.name}: pip install "coder-audit-mock[check]"'
    ) from None
