"""One run of the suite: options, client and results."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from auditmock.checker.baseline import compare, read_known
from auditmock.checker.client.client import Client, ConnectionLostError, UnreachableError
from auditmock.checker.core.checks import RESPONSES, Check
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

_CHECKABLE = "a response that can be checked"
SILENCE = "no response: "
"""The start of `seen` if there was no response."""

_SETUP_BROKEN = "its setup failed; see the failure above"


class Recorder:
    def __init__(self) -> None:
        self._reported: set[int] = set()

    def record(self, check: Check, call: pytest.CallInfo[None], report: pytest.TestReport) -> Result | None:
        """Return the result of a test phase; None if another phase decides."""
        error = call.excinfo.value if call.excinfo else None
        if error is None:
            return Result(check, Outcome.PASSED) if report.when == "call" else None
        if report.skipped:
            return Result(check, Outcome.SKIPPED, reason=_skip_reason(report))
        if report.when == "setup" and id(error) in self._reported:
            return Result(check, Outcome.SKIPPED, reason=_SETUP_BROKEN)
        self._reported.add(id(error))
        violation = next(_violations(error), None)
        if violation is None:
            return Result(check, Outcome.FAILED, expected=_CHECKABLE, seen=_describe(error))
        return Result(
            check, Outcome.FAILED, expected=violation.expected, seen=violation.seen, shown=violation.exchanges
        )


def _violations(error: BaseException) -> Iterator[Violation]:
    """List the violations in an error, which Hypothesis may have grouped or chained."""
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
        # Hypothesis' message about a flaky error contains all arguments of the test
        return _describe(error.exceptions[0])
    if isinstance(error, UnreachableError | ConnectionLostError):
        return f"{SILENCE}{error}"
    return f"{type(error).__name__}: {error}"


def _skip_reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


class Run:
    def __init__(self, options: Options, tokens: Tokens) -> None:
        self.options = options
        self.tokens = tokens
        self.known = read_known(options)
        self.recorder = Recorder()
        self.pace = RateLimiter(options.rate_limit if options.base_url else 0, options.budget)
        self.contract = load_contract()
        self.target: Client | None = None
        self.checks_responses = True
        self.unwritten: list[str] = []
        self.started = time.monotonic()
        self.status = 0
        """The exit status, if it differs from pytest's."""
        self.results = Results(
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
        """Set the release; if it was detected, restrict the contract to the reported version."""
        version = self.results.server_version if self.options.release == AUTO else ""
        self.contract = open_for_version(release, version)
        self.results.release = release

    def note(self, result: Result) -> Result:
        exchanges = self.target.exchanges if self.target else []
        if result.outcome is not Outcome.FAILED:
            exchanges = [exchange.brief() for exchange in exchanges]
        elif not result.shown and self.target and not result.seen.startswith(SILENCE):
            result = replace(result, shown=_showing(result, self.target))
        result = compare(replace(result, exchanges=tuple(exchanges)), self.known.failures)
        self.results.found.append(result)
        return result

    def has_seen_enough(self, check: Check) -> bool:
        """Whether --fail-fast may skip this check: the last checks will report an invalid response."""
        stops = self.options.fail_fast and self.checks_responses and check.aspect != RESPONSES
        return stops and self.target is not None and bool(self.target.response_checker.violations)

    def has_result(self, check: Check) -> bool:
        """Whether there is a result for this check, as for subtests."""
        return any(result.check == check for result in self.results.found)

    def end(self, reason: str, status: int) -> None:
        """End the run early; only the first reason counts."""
        if not self.results.ended:
            self.results.ended, self.status = reason, status

    def close(self) -> Results:
        self.results.seconds = time.monotonic() - self.started
        self.results.requests = self.pace.spent
        return self.results


RUN = pytest.StashKey[Run]()
"""Where the plugin stores the run."""


def _showing(result: Result, target: Client) -> Sequence[Exchange]:
    """Choose exchanges for a failure that names none: pages with its logs, or the last response.

    Checks of logs that were read earlier have neither: the largest page is shown.
    """
    named = target.response_checker.pages_of(f"{result.seen} {result.expected}")
    return named or target.exchanges[-1:] or target.response_checker.largest_page


def _flags(options: Options, tokens: Tokens) -> str:
    second = f' --second-token "${SECOND_VARIABLE}"' if tokens.second and options.base_url else ""
    return flags_again(options) + second
