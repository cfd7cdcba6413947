"""The commands `check` and `identify`."""

import json
import sys
from typing import Any, NoReturn

import click

from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.options import OPTIONS, TOKENS, URL_VARIABLE, Option, Options
from auditmock.cli.options import Decorator, add_options, format_option
from auditmock.cli.param_types import ChoiceType, ParsedType

_CONNECTION = ("rate_limit", "request_timeout", "retries", "tls_verify", "proxy")
"""The options of the connection."""

_UNREADY = 3
"""Exit status when a deployment cannot be checked."""


_PLACEHOLDERS = {
    "only": "NAME,...",
    "skip": "NAME,...",
    "seed": "N",
    "rate_limit": "RATE",
    "max_requests": "N",
    "request_timeout": "SECONDS",
    "retries": "N",
    "tls_verify": "true|false|FILE",
    "proxy": "URL",
    "report_dir": "DIR",
    "baseline": "FILE",
}
"""What the help shows for the value of an option without choices."""


def _check_option(option: Option) -> Decorator:
    one_of: Any = ChoiceType(option.choices) if option.choices and not option.many else None
    is_flag = isinstance(option.default, bool)

    def parse(value: Any) -> Any:
        return option.read(value) if isinstance(value, str) else value

    return click.option(
        option.flag,
        default=f"{option.default:g}" if isinstance(option.default, float) else option.default,
        metavar=None if one_of or is_flag else _PLACEHOLDERS.get(option.name) or ",".join(option.choices),
        is_flag=is_flag,
        type=one_of or (None if is_flag else ParsedType(option.name, parse)),
        show_default=not is_flag and option.default not in ("", ()),
        help=option.help,
    )


def _options(*names: str) -> Decorator:
    return add_options(_check_option(option) for option in OPTIONS if option.name in names)


def _token_option(flag: str) -> Decorator:
    variable, explanation = TOKENS[flag]
    return click.option(
        flag, envvar=variable, show_envvar=True, metavar="TOKEN", default="", help=explanation
    )


@click.command()
@click.argument("url", default="", envvar=URL_VARIABLE)
@add_options(map(_token_option, TOKENS))
@_options(*(option.name for option in OPTIONS if option.name != "base_url"))
def check(url: str, token: str, second_token: str, **values: Any) -> None:
    """Check a deployment against the contract.

    URL is the address of the deployment (default: $CODER_URL); without one, a mock is started and checked.
    Sends only GET requests unless --allow-writes is given.
    Prefer environment variables for tokens: process lists do not show them.

    Exit status: 0 conforms; 1 violates the contract; 2 usage error, interrupted, or nothing checked;
    3 unreachable, token rejected, or the server asks to wait too long.
    """
    try:
        from auditmock.checker.main import run_checks
    except ModuleNotFoundError as error:
        _missing_packages(error)
    try:
        status = run_checks(
            Options(base_url=url, **values), {"--token": token, "--second-token": second_token}
        )
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(status)


@click.command()
@click.argument("url", default="", envvar=URL_VARIABLE)
@_token_option("--token")
@_options(*_CONNECTION)
@format_option("text", "json")
def identify(url: str, token: str, form: str, **values: Any) -> None:
    """Find the releases that match a deployment's responses.

    URL is the address of the deployment (default: $CODER_URL). Sends about twenty GET requests and compares
    the result with the version that the deployment reports.
    Prefer the environment variable for the token: process lists do not show it.

    Exit status: 0 matches a release and its own version; 1 does not; 2 usage error; 3 unreachable or token
    rejected.
    """
    try:
        from auditmock.checker.identify import describe_identity, identify_at, write_identity
        from auditmock.checker.preflight import NotReadyError
    except ModuleNotFoundError as error:
        _missing_packages(error)
    if not url:
        raise click.UsageError(f"no URL: pass the address of the deployment, or set {URL_VARIABLE}.")
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
    sys.exit(not identity.is_consistent)


def _missing_packages(error: ModuleNotFoundError) -> NoReturn:
    raise click.ClickException(
        f'the suite needs {error.name}: pip install "coder-audit-mock[check]"'
    ) from None
