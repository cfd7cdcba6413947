"""The terminal of `auditmock check`, in the place of pytest's own."""

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
    """Shows how far a run is, and at its end what was found; a pytest plugin."""

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
        """Let pytest write no long tracebacks, which take longer than most checks: findings tell."""
        config.option.tbstyle = "native"

    def say(self, line: str = "") -> None:
        """Write a line; colours are for terminals."""
        self._write(f"{line if self._coloured else click.unstyle(line)}\n")

    def _write(self, text: str) -> None:
        """Write, until that cannot be done any more; the judging goes on."""
        if self.lost:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as error:
            self.lost = error
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what is going to be judged."""
        self._total = len(session.items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Show how far it is."""
        self._done += 1
        if self._moves:
            line = f"{_bar(self._done, self._total)} {_check_name(nodeid)}"
            self._write(f"\r\x1b[K{line[: _width(self._out) - 1]}")

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Name each aspect once, where no bar can move, when the deployment is ready to be judged."""
        check = check_of(item)
        if check and not self._moves and check.aspect not in self._aspects:
            self._aspects.append(check.aspect)
            self.say(f"[{self._done:>3}/{self._total}] {check.aspect}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Say what was found."""
        run = session.config.stash[RUN]
        findings = run.findings
        if self._moves:
            self._write("\r\x1b[K")
        if not findings.found or (self._has_said_why and not findings.made):
            return
        version = f"; the server says it is {findings.server_version}" if findings.server_version else ""
        self.say(f"{findings.base_url} answers and takes the token; judged as {findings.release}{version}")
        for line in describe_checks(findings):
            self.say(line)
        for lines in (describe_failures(findings), describe_matrix(findings), describe_result(findings)):
            self.say()
            for line in lines:
                self.say(line)
        if isinstance(session.shouldfail, str) and not findings.ended:
            self.say(session.shouldfail)
        for line in run.unwritten:
            click.echo(line, err=True)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say why it was ended early."""
        self._has_said_why = True
        if isinstance(excinfo.value, pytest.exit.Exception):
            click.echo(str(excinfo.value.msg), err=True)
        else:
            click.echo("interrupted", err=True)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Show what should not happen."""
        self.broken = True
        click.echo(f"the suite itself failed; please report this:\n{excrepr}", err=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Show what should not happen, either."""
        if report.failed:
            self.broken = True
            click.echo(f"the suite cannot be read; please report this:\n{report.longreprtext}", err=True)


def _width(out: TextIO) -> int:
    """Tell how many letters a line of a terminal has."""
    told = os.environ.get("COLUMNS", "")
    try:
        width = int(told) if told.isdecimal() else os.get_terminal_size(out.fileno()).columns
    except (OSError, ValueError):
        width = 0
    return width or _USUAL_WIDTH


def _bar(done: int, total: int) -> str:
    width = 24
    filled = width * done // max(total, 1)
    return f"[{'#' * filled}{'-' * (width - filled)}] {done}/{total}"


def _check_name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].removeprefix("test_").partition("[")[0].replace("_", " ")[:48]
