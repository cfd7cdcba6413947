"""The record of a run: what came of each test, as a finding."""

from collections.abc import Iterator

import pytest

from auditmock.contract.findings import Finding, Outcome
from auditmock.contract.laws import Law
from auditmock.contract.target import GoneError, UnreachableError
from auditmock.contract.verdict import Violation

_JUDGED = "an answer the law can be judged by"
SILENCE = "no answer: "
"""Begins what is seen where none came."""

_SETUP_BROKEN = "what it builds on is broken, as told above"


class Recorder:
    """Makes a finding of what pytest says of a test."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def record(self, law: Law, call: pytest.CallInfo[None], report: pytest.TestReport) -> Finding | None:
        """Tell what came of a phase of a test; None when that is told by another phase."""
        error = call.excinfo.value if call.excinfo else None
        if error is None:
            return Finding(law, Outcome.PASSED) if report.when == "call" else None
        if report.skipped:
            return Finding(law, Outcome.SKIPPED, reason=_skip_reason(report))
        if report.when == "setup" and id(error) in self._told:
            return Finding(law, Outcome.SKIPPED, reason=_SETUP_BROKEN)
        self._told.add(id(error))
        violation = next(_violations(error), None)
        if violation is None:
            return Finding(law, Outcome.FAILED, expected=_JUDGED, seen=_describe(error))
        return Finding(
            law,
            Outcome.FAILED,
            expected=violation.expected,
            seen=violation.seen,
            shown=violation.exchanges,
        )


def _violations(error: BaseException) -> Iterator[Violation]:
    """List the violations in an error, which Hypothesis may have put into a group or behind another."""
    if isinstance(error, Violation):
        yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _violations(part)
    for earlier in (error.__cause__, error.__context__):
        if earlier is not None:
            yield from _violations(earlier)


def _describe(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        # what Hypothesis says of an error that it saw but once is as long as the test's arguments
        return _describe(error.exceptions[0])
    if isinstance(error, UnreachableError | GoneError):
        return f"{SILENCE}{error}"
    return f"{type(error).__name__}: {error}"


def _skip_reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
