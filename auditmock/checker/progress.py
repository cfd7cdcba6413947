"""The terminal output of `auditmock check`, which replaces pytest's own."""

import os
from typing import TextIO

import click
import pytest

from auditmock.checker.core.checks import check_of
from auditmock.checker.reports.text import (
    describe_checks,
    describe_failures,
    describe_matrix,
    describe_result,
)
from auditmock.checker.run import RUN

_USUAL_WIDTH = 80


class ProgressReporter:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._moves = out.isatty() and os.environ.get("TERM") != "dumb"
        self._coloured = self._moves and not os.environ.get("NO_COLOR")
        self._done = 0
        self._total = 0
        self._aspects: list[str] = []
        self.broken = False
        self.lost: OSError | None = None
        self._has_said_why = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """Avoid pytest's long tracebacks, which take longer than most checks and are not shown."""
        config.option.tbstyle = "native"

    def say(self, line: str = "") -> None:
        """Write a line, with colours on terminals only."""
        self._write(f"{line if self._coloured else click.unstyle(line)}\n")

    def _write(self, text: str) -> None:
        """Write; after an error, discard further output and let the run continue."""
        if self.lost:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as error:
            self.lost = error
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._total = len(session.items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._done += 1
        if self._moves:
            line = f"{_bar(self._done, self._total)} {_check_name(nodeid)}"
            self._write(f"\r\x1b[K{line[: _width(self._out) - 1]}")

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Without a progress bar, print each aspect once, when the deployment is ready."""
        check = check_of(item)
        if check and not self._moves and check.aspect not in self._aspects:
            self._aspects.append(check.aspect)
            self.say(f"[{self._done:>3}/{self._total}] {check.aspect}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        run = session.config.stash[RUN]
        results = run.results
        if self._moves:
            self._write("\r\x1b[K")
        if not results.found or (self._has_said_why and not results.made):
            return
        version = f"; server version {results.server_version}" if results.server_version else ""
        self.say(f"{results.base_url}, checked against release {results.release}{version}")
        for line in describe_checks(results):
            self.say(line)
        for lines in (describe_failures(results), describe_matrix(results), describe_result(results)):
            self.say()
            for line in lines:
                self.say(line)
        if isinstance(session.shouldfail, str) and not results.ended:
            self.say(session.shouldfail)
        for line in run.unwritten:
            click.echo(line, err=True)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._has_said_why = True
        if isinstance(excinfo.value, pytest.exit.Exception):
            click.echo(str(excinfo.value.msg), err=True)
        else:
            click.echo("interrupted", err=True)

    def pytest_internalerror(self, excrepr: object) -> None:
        self.broken = True
        click.echo(f"internal error of the suite; please report it:\n{excrepr}", err=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = True
            click.echo(f"the checks cannot be loaded; please report it:\n{report.longreprtext}", err=True)


def _width(out: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    try:
        width = int(columns) if columns.isdecimal() else os.get_terminal_size(out.fileno()).columns
    except (OSError, ValueError):
        width = 0
    return width or _USUAL_WIDTH


def _bar(done: int, total: int) -> str:
    width = 24
    filled = width * done // max(total, 1)
    return f"[{'#' * filled}{'-' * (width - filled)}] {done}/{total}"


def _check_name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].removeprefix("test_").partition("[")[0].replace("_", " ")[:48]
