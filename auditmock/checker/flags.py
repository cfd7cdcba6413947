"""The options of the suite on pytest's command line, and their check before a run."""

import os
from pathlib import Path
from typing import Any

import pytest

from auditmock.checker.baseline import read_known
from auditmock.checker.core.option_types import SettingsError, check_url, read_token, reason_of
from auditmock.checker.core.options import OPTIONS, TOKENS, Option, Options
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.reports.formats import FORMATS


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


def check_options(options: Options) -> None:
    """Raise SettingsError for options that would fail only at the end of a run."""
    if options.base_url:
        check_url(options.base_url)
    if options.report:
        _make_folder(Path(options.report_dir))
    for name in options.report:
        _check_file(Path(options.report_dir) / FORMATS[name].file)
    if options.baseline_update:
        if not options.baseline:
            raise SettingsError("--baseline-update needs --baseline, the file to update")
        _check_file(Path(options.baseline))
    read_known(options)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot write reports to {one_line(str(folder))}: {reason_of(error)}") from None


def _check_file(path: Path) -> None:
    """Raise SettingsError if a file cannot be written; leaves no trace."""
    if path.is_dir():
        reason = "it is a folder"
    elif not path.parent.is_dir():
        reason = "the folder does not exist"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        reason = "permission denied"
    else:
        return
    raise SettingsError(f"cannot write {one_line(str(path))}: {reason}")
