"""The results of a run: one for each case of a check."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from auditmock.checker.core.checks import Check
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.rate import BUDGET_HINT


class Outcome(StrEnum):
    """The outcome of a check; KNOWN failures are in the baseline, FIXED ones were and now pass."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    KNOWN = "known"
    FIXED = "fixed"


@dataclass(frozen=True)
class Result:
    """The result of one case: `reason` if it was skipped, `expected` and `seen` if it failed.

    `shown` are the exchanges that demonstrate a failure, `exchanges` all that were made for the case.
    """

    check: Check
    outcome: Outcome
    reason: str = ""
    expected: str = ""
    seen: str = ""
    shown: Sequence[Exchange] = ()
    exchanges: Sequence[Exchange] = ()


@dataclass
class Results:
    """A whole run: what was checked, how, and the results; `notes` are further remarks for the report."""

    base_url: str
    release: str
    server_version: str
    seed: int
    deep: bool
    allow_writes: bool
    started: str
    seconds: float = 0.0
    requests: int = 0
    found: list[Result] = field(default_factory=list)
    preflight: Sequence[Exchange] = ()
    notes: list[str] = field(default_factory=list)
    flags: str = ""
    """The shell-quoted flags that repeat the run."""
    is_of_own_mock: bool = False
    """Whether the run checked its own mock, whose URL is no longer served."""
    ended: str = ""
    """Why the run ended early; empty if it did not."""

    def of(self, outcome: Outcome) -> list[Result]:
        return [result for result in self.found if result.outcome is outcome]

    @property
    def made(self) -> int:
        return len(self.found) - len(self.of(Outcome.SKIPPED))

    @property
    def unaffordable(self) -> int:
        """Number of checks skipped because the budget was spent."""
        return sum(result.reason.endswith(BUDGET_HINT) for result in self.of(Outcome.SKIPPED))

    @property
    def conforms(self) -> bool | None:
        """Whether there are no new failures; None if the run did not finish or nothing ran."""
        if self.of(Outcome.FAILED):
            return False
        return None if self.ended or not self.made else True

    def by_check(self) -> Mapping[str, list[Result]]:
        checks: dict[str, list[Result]] = {}
        for result in self.found:
            checks.setdefault(result.check.name, []).append(result)
        return checks

    def cell(self, layer: str, aspect: str) -> Counter[Outcome]:
        return Counter(
            result.outcome
            for result in self.found
            if (result.check.layer, result.check.aspect) == (layer, aspect)
        )

    @property
    def aspects(self) -> list[str]:
        return list(dict.fromkeys(result.check.aspect for result in self.found))

    @property
    def summary(self) -> str:
        failed, known = (len(self.of(outcome)) for outcome in (Outcome.FAILED, Outcome.KNOWN))
        ended = f"{self.ended} after {count(self.made, 'check', 'checks')}" if self.ended else ""
        if failed:
            failures = f"violates the contract: {failed} of {len(self.found)} checks failed"
            return f"{failures}; {ended}" if ended else failures
        if ended:
            return f"was not checked completely: {ended}"
        if not self.made:
            why = "; --max-requests is too small" if self.unaffordable else ""
            return f"was not checked: all checks were skipped{why}"
        but = f" except for {count(known, 'known failure', 'known failures')}" if known else ""
        passed = count(self.made - known, "check passed", "checks passed")
        if self.unaffordable:
            return f"conforms{but} so far: {passed}, {self.unaffordable} skipped; raise --max-requests"
        return f"conforms{but}: {passed}"


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"
