"""The suite's settings on pytest's command line: a flag for each, and what cannot be meant is refused."""

import argparse
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auditmock.contract.opening import check_url
from auditmock.contract.options import OPTIONS, TOKENS, Option, Options
from auditmock.contract.tokens import Tokens
from auditmock.contract.values import SettingsError, read_token


def add_flags(parser: pytest.Parser) -> None:
    """Add a flag for each option."""
    group = parser.getgroup("auditmock", "the contract suite of auditmock")
    for option in OPTIONS:
        group.addoption(option.flag, default=option.default, help=option.help, **_action(option))
    for flag, (variable, explanation) in TOKENS.items():
        group.addoption(flag, default="", help=f"{explanation} Better given as ${variable}.")


def _action(option: Option) -> dict[str, Any]:
    if isinstance(option.default, bool):
        return {"action": "store_true"}
    if option.many:
        return {"type": partial(_split, option)}
    return {"type": type(option.default), "choices": option.choices or None}


def _split(option: Option, text: str) -> tuple[str, ...]:
    try:
        return option.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def read_options(config: pytest.Config) -> Options:
    """Read the settings; raises SettingsError for a URL or a folder that cannot be used."""
    values = {option.name: config.getoption(option.name) for option in OPTIONS}
    for option in OPTIONS:
        if option.variable:
            values[option.name] = values[option.name] or os.environ.get(option.variable, "")
    options = Options(**values)
    if options.base_url:
        check_url(options.base_url)
    _make_folder(options)
    return options


def read_tokens(config: pytest.Config) -> Tokens:
    """Read the tokens, those of flags before those of variables; raises SettingsError."""
    given = {
        variable: config.getoption(flag) or os.environ.get(variable, "")
        for flag, (variable, _) in TOKENS.items()
    }
    return Tokens(*(read_token(token, variable) for variable, token in given.items()))


def _make_folder(options: Options) -> None:
    """Make the folder for the reports now, while nothing is lost if that cannot be done."""
    if options.report:
        try:
            Path(options.report_dir).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SettingsError(f"cannot write reports to {options.report_dir}: {reason}") from None
