"""The terminal of `auditmock check`, in the place of pytest's own."""

import os
from typing import TextIO

import click
import pytest

from auditmock.contract.laws import law_of
from auditmock.contract.run import RUN
from auditmock.contract.telling import tell_failures, tell_laws, tell_matrix, tell_verdict


class Terminal:
    """Shows how far a run is, and at its end what was found; a pytest plugin."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colour = None if "NO_COLOR" not in os.environ else False
        self._done = 0
        self._total = 0
        self._aspects: list[str] = []
        self.broken = False
        self._has_said_why = False

    def say(self, line: str = "") -> None:
        """Write a line; colours are for terminals."""
        click.echo(line, file=self._out, color=self._colour)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what is going to be judged."""
        self._total = len(session.items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Show how far it is."""
        self._done += 1
        if self._out.isatty():
            self._out.write(f"\r\x1b[K{_bar(self._done, self._total)} {_law_name(nodeid)}")
            self._out.flush()

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Name each aspect once, where no bar can move, when the deployment is ready to be judged."""
        law = law_of(item)
        if law and not self._out.isatty() and law.aspect not in self._aspects:
            self._aspects.append(law.aspect)
            self.say(f"[{self._done:>3}/{self._total}] {law.aspect}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Say what was found."""
        findings = session.config.stash[RUN].findings
        if self._out.isatty():
            self._out.write("\r\x1b[K")
        if not findings.found or (self._has_said_why and not findings.made):
            return
        version = f"; the server says it is {findings.server_version}" if findings.server_version else ""
        self.say(f"{findings.base_url} answers and takes the token; judged as {findings.edition}{version}")
        for line in tell_laws(findings):
            self.say(line)
        for lines in (tell_failures(findings), tell_matrix(findings), tell_verdict(findings)):
            self.say()
            for line in lines:
                self.say(line)
        if isinstance(session.shouldfail, str) and not findings.ended:
            self.say(session.shouldfail)

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


def _bar(done: int, total: int) -> str:
    width = 24
    filled = width * done // max(total, 1)
    return f"[{'#' * filled}{'-' * (width - filled)}] {done}/{total}"


def _law_name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].removeprefix("test_").partition("[")[0].replace("_", " ")[:48]
