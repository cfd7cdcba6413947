"""Runs the suite: pytest over `auditmock.contract`, independent of the working directory."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TextIO

import click
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

import auditmock.contract
from auditmock.checker.core.option_types import read_token, reason_of
from auditmock.checker.core.options import OPTIONS, TOKENS, Options
from auditmock.checker.flags import check_options
from auditmock.checker.progress import ProgressReporter

_CHECKS = Path(auditmock.contract.__path__[0])
_PLUGINS = ("_hypothesis_pytestplugin", "schemathesis.pytest.plugin", "auditmock.checker.plugin")


class ExitStatus(IntEnum):
    CONFORMS = 0
    VIOLATES = 1
    USAGE = 2
    UNREADY = 3


_EXIT_STATUSES: Mapping[int, ExitStatus] = {
    pytest.ExitCode.OK: ExitStatus.CONFORMS,
    pytest.ExitCode.TESTS_FAILED: ExitStatus.VIOLATES,
    ExitStatus.UNREADY: ExitStatus.UNREADY,
}


def run_checks(options: Options, tokens: Mapping[str, str]) -> ExitStatus:
    """Check a deployment and report to standard output; raises SettingsError.

    `tokens` are keyed by flag and passed on in the environment, which process lists do not show.
    The user's own pytest settings, in files and variables, are ignored.
    """
    _open_closed()
    check_options(options)
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for flag, (variable, _) in TOKENS.items():
        os.environ[variable] = read_token(tokens.get(flag, ""), variable)
    with _output() as out, _home() as home:
        set_hypothesis_home_dir(home)
        terminal = ProgressReporter(out)
        status = pytest.main([*_arguments(options)], plugins=[terminal])
    status_of_run = ExitStatus.USAGE if terminal.broken else _EXIT_STATUSES.get(status, ExitStatus.USAGE)
    if terminal.lost and not isinstance(terminal.lost, BrokenPipeError):
        click.echo(f"cannot write to standard output: {reason_of(terminal.lost)}", err=True)
        return status_of_run or ExitStatus.USAGE
    return status_of_run


@contextmanager
def _output() -> Iterator[TextIO]:
    """Duplicate standard output, which pytest captures while a check runs."""
    with os.fdopen(os.dup(1), "w", errors="backslashreplace") as out:
        yield out


def _open_closed() -> None:
    """Open closed standard streams, so that no other file gets their descriptors."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # open() takes the lowest free descriptor, that of the closed stream; it stays open until the end
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115


@contextmanager
def _home() -> Iterator[Path]:
    """Find a folder for Hypothesis' character tables, which take seconds to compute."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = caches / "auditmock" / "hypothesis"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError
    except (OSError, RuntimeError):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        yield home


def _arguments(options: Options) -> Iterator[str]:
    yield str(_CHECKS)
    yield from ("-c", os.devnull, "--rootdir", str(_CHECKS), "--confcutdir", str(_CHECKS))
    yield from ("--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal")
    # it runs several garbage collections at the end, for warnings that do not matter here
    yield from ("-p", "no:unraisableexception")
    for plugin in _PLUGINS:
        yield from ("-p", plugin)
    for option in OPTIONS:
        yield from _words(option.flag, getattr(options, option.name))


def _words(flag: str, value: bool | float | str | Sequence[str]) -> Sequence[str]:  # noqa: FBT001 - a value
    if isinstance(value, bool):
        return [flag] if value else []
    if isinstance(value, tuple):
        return [f"{flag}={','.join(value)}"] if value else []
    return [f"{flag}={value}"]
