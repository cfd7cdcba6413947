"""One run of the suite: its settings, its target, and what was found so far."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from auditmock.checker.baseline import compare, read_known
from auditmock.checker.client.client import Client, ConnectionLostError, UnreachableError
from auditmock.checker.core.checks import ANSWERS, Check
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.options import Options, flags_again
from auditmock.checker.core.rate import RateLimiter
from auditmock.checker.core.releases import AUTO, open_for_version
from auditmock.checker.core.results import Outcome, Result, Results
from auditmock.checker.core.tokens import SECOND_VARIABLE, Tokens
from auditmock.checker.expect import Violation
from auditmock.core.clock import current_time
from auditmock.core.timestamps import format_timestamp
from auditmock.openapi.contract import load_contract

_JUDGED = "an answer the check can be judged by"
SILENCE = "no answer: "
"""Begins what is seen where none came."""

_SETUP_BROKEN = "what it builds on is broken, as told above"


class Recorder:
    """Makes a finding of what pytest says of a test."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def record(self, check: Check, call: pytest.CallInfo[None], report: pytest.TestReport) -> Result | None:
        """Tell what came of a phase of a test; None when that is told by another phase."""
        error = call.excinfo.value if call.excinfo else None
        if error is None:
            return Result(check, Outcome.PASSED) if report.when == "call" else None
        if report.skipped:
            return Result(check, Outcome.SKIPPED, reason=_skip_reason(report))
        if report.when == "setup" and id(error) in self._told:
            return Result(check, Outcome.SKIPPED, reason=_SETUP_BROKEN)
        self._told.add(id(error))
        violation = next(_violations(error), None)
        if violation is None:
            return Result(check, Outcome.FAILED, expected=_JUDGED, seen=_describe(error))
        return Result(
            check,
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
    if isinstance(error, UnreachableError | ConnectionLostError):
        return f"{SILENCE}{error}"
    return f"{type(error).__name__}: {error}"


def _skip_reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


class Run:
    """One run of the suite: settings, target, and what was found so far."""

    def __init__(self, options: Options, tokens: Tokens) -> None:
        self.options = options
        self.tokens = tokens
        self.known = read_known(options)
        self.recorder = Recorder()
        self.pace = RateLimiter(options.rate_limit if options.base_url else 0, options.budget)
        self.contract = load_contract()
        self.target: Client | None = None
        self.judges_answers = True
        self.unwritten: list[str] = []
        self.started = time.monotonic()
        self.status = 0
        """The exit status, where it is another than pytest's."""
        self.findings = Results(
            base_url=options.base_url,
            release=options.release,
            server_version="",
            seed=options.seed,
            deep=options.deep,
            allow_writes=options.allow_writes,
            started=format_timestamp(current_time()),
            flags=_flags(options, tokens),
            is_of_own_mock=not options.base_url,
        )

    def choose(self, release: str) -> None:
        """Judge by a release; by one that was found, as of the release that the deployment says it is."""
        version = self.findings.server_version if self.options.release == AUTO else ""
        self.contract = open_for_version(release, version)
        self.findings.release = release

    def note(self, finding: Result) -> Result:
        """Add a finding, with all exchanges that were made for it."""
        exchanges = self.target.exchanges if self.target else []
        if finding.outcome is not Outcome.FAILED:
            exchanges = [exchange.brief() for exchange in exchanges]
        elif not finding.shown and self.target and not finding.seen.startswith(SILENCE):
            finding = replace(finding, shown=_showing(finding, self.target))
        finding = compare(replace(finding, exchanges=tuple(exchanges)), self.known.failures)
        self.findings.found.append(finding)
        return finding

    def has_seen_enough(self, check: Check) -> bool:
        """Tell whether a run that stops at the first broken check need not judge this one.

        An answer broke one already, of the checks of answers, which are judged last.
        """
        stops = self.options.fail_fast and self.judges_answers and check.aspect != ANSWERS
        return stops and self.target is not None and bool(self.target.watch.sightings)

    def has_told(self, check: Check) -> bool:
        """Tell whether something is told of a check already, as of each part that pytest tells apart."""
        return any(finding.check == check for finding in self.findings.found)

    def end(self, reason: str, status: int) -> None:
        """End the run early; the first reason counts."""
        if not self.findings.ended:
            self.findings.ended, self.status = reason, status

    def close(self) -> Results:
        """End the run."""
        self.findings.seconds = time.monotonic() - self.started
        self.findings.requests = self.pace.spent
        return self.findings


RUN = pytest.StashKey[Run]()
"""The run, for those who want to know what was found."""


def _showing(finding: Result, target: Client) -> Sequence[Exchange]:
    """Find what shows a failure of which a check names no request: pages with its logs, or its last answer.

    Checks of many logs, read before, have neither: the largest page shows them as well as one can.
    """
    named = target.watch.pages_of(f"{finding.seen} {finding.expected}")
    return named or target.exchanges[-1:] or target.watch.largest_page


def _flags(options: Options, tokens: Tokens) -> str:
    second = f' --second-token "${SECOND_VARIABLE}"' if tokens.second and options.base_url else ""
    return flags_again(options) + second
