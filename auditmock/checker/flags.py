"""The suite's settings on pytest's command line: a flag for each, and what cannot be meant is refused."""

import os
from typing import Any

import pytest

from auditmock.checker.core.option_types import SettingsError, read_token
from auditmock.checker.core.options import OPTIONS, TOKENS, Option, Options
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.usage import check_options


def add_flags(parser: pytest.Parser) -> None:
    """Add a flag for each option."""
    group = parser.getgroup("auditmock", "the contract suite of auditmock")
    for option in OPTIONS:
        group.addoption(option.flag, default=option.default, help=option.help, **_action(option))
    for flag, (variable, explanation) in TOKENS.items():
        group.addoption(flag, default="", help=f"{explanation} Better given as ${variable}.")


def _action(option: Option) -> dict[str, Any]:
    # values are read later, so that what is wrong with them has the suite's exit status, not pytest's
    return {"action": "store_true"} if isinstance(option.default, bool) else {}


def read_options(config: pytest.Config) -> Options:
    """Read the settings; raises SettingsError for what cannot be used."""
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
    """Read the tokens, those of flags before those of variables; raises SettingsError."""
    given = {
        variable: config.getoption(flag) or os.environ.get(variable, "")
        for flag, (variable, _) in TOKENS.items()
    }
    return Tokens(*(read_token(token, variable) for variable, token in given.items()))
