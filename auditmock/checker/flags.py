"""The options of the suite on pytest's command line."""

import os
from typing import Any

import pytest

from auditmock.checker.check_options import check_options
from auditmock.checker.core.option_types import SettingsError, read_token
from auditmock.checker.core.options import OPTIONS, TOKENS, Option, Options
from auditmock.checker.core.tokens import Tokens


def add_flags(parser: pytest.Parser) -> None:
    group = parser.getgroup("auditmock", "auditmock's contract suite")
    for option in OPTIONS:
        group.addoption(option.flag, default=option.default, help=option.help, **_action(option))
    for flag, (variable, explanation) in TOKENS.items():
        group.addoption(flag, default="", help=f"{explanation} Prefer ${variable}.")


def _action(option: Option) -> dict[str, Any]:
    # values are parsed later, so that errors get the suite's exit status instead of pytest's
    return {"action": "store_true"} if isinstance(option.default, bool) else {}


def read_options(config: pytest.Config) -> Options:
    """Read the options; raises SettingsError."""
    options = Options(**{option.name: _read(option, config.getoption(option.name)) for option in OPTIONS})
    check_options(options)
    return options


def _read(option: Option, value: Any) -> Any:
    if option.variable:
        value = value or os.environ.get(option.variable, "")
    if not isinstance(value, str):
        return value
    try:
        return option.read(value)
    except SettingsError as error:
        raise SettingsError(f"{option.flag}: {error}") from None


def read_tokens(config: pytest.Config) -> Tokens:
    """Read the tokens from flags, then from environment variables; raises SettingsError."""
    given = {
        variable: config.getoption(flag) or os.environ.get(variable, "")
        for flag, (variable, _) in TOKENS.items()
    }
    return Tokens(*(read_token(token, variable) for variable, token in given.items()))
