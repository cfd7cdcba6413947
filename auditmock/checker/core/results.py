"""What a run found: one finding a case of a check, and the whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from auditmock.checker.core.checks import Check
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.rate import SLOW_DOWN_HINT


class Outcome(StrEnum):
    """What came of a check; a known failure stands in the baseline, a fixed one no longer fails."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    KNOWN = "known"
    FIXED = "fixed"


@dataclass(frozen=True)
class Result:
    """What came of one case: `reason` says why it was skipped, `expected` and `seen` what was broken.

    `shown` are the exchanges that show it, `exchanges` all that were made for it.
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
    """A run: what was judged, how, and what was found; `notes` are what else its reader should know."""

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
    """The flags by which it is made again, as a shell takes them."""
    is_of_own_mock: bool = False
    """Whether it judged a mock that it started itself, whose URL leads nowhere any more."""
    ended: str = ""
    """Why it ended early; empty when it did not."""

    def of(self, outcome: Outcome) -> list[Result]:
        """List the findings with this outcome."""
        return [finding for finding in self.found if finding.outcome is outcome]

    @property
    def made(self) -> int:
        """How many checks were made."""
        return len(self.found) - len(self.of(Outcome.SKIPPED))

    @property
    def unaffordable(self) -> int:
        """How many checks were not made for want of requests."""
        return sum(finding.reason.endswith(SLOW_DOWN_HINT) for finding in self.of(Outcome.SKIPPED))

    @property
    def conforms(self) -> bool | None:
        """Whether nothing failed that is not known to fail; None when that is not known."""
        if self.of(Outcome.FAILED):
            return False
        return None if self.ended or not self.made else True

    def by_check(self) -> Mapping[str, list[Result]]:
        """Group the cases of each check, in the order they were judged."""
        checks: dict[str, list[Result]] = {}
        for finding in self.found:
            checks.setdefault(finding.check.name, []).append(finding)
        return checks

    def cell(self, layer: str, aspect: str) -> Counter[Outcome]:
        """Count the outcomes where a layer and an aspect meet."""
        return Counter(
            finding.outcome
            for finding in self.found
            if (finding.check.layer, finding.check.aspect) == (layer, aspect)
        )

    @property
    def aspects(self) -> list[str]:
        """List the aspects that were judged."""
        return list(dict.fromkeys(finding.check.aspect for finding in self.found))

    @property
    def verdict(self) -> str:
        """Say in a few words what was found."""
        failed, known = (len(self.of(outcome)) for outcome in (Outcome.FAILED, Outcome.KNOWN))
        ended = f"{self.ended} after {count(self.made, 'check', 'checks')}" if self.ended else ""
        if failed:
            told = f"violates the contract: {failed} of {len(self.found)} checks fail"
            return f"{told}; {ended}" if ended else told
        if ended:
            return f"was not judged to the end: {ended}"
        if not self.made:
            why = "; --max-requests is too small" if self.unaffordable else ""
            return f"was not judged: no check was made{why}"
        but = f" but for {count(known, 'known failure', 'known failures')}" if known else ""
        held = count(self.made - known, "check holds", "checks hold")
        if self.unaffordable:
            lacking = count(self.unaffordable, "check was", "checks were")
            return f"conforms{but} as far as it was judged: {held}, {lacking} not made; raise --max-requests"
        return f"conforms{but}: {held}"


def count(number: int, one: str, many: str) -> str:
    """Write a number of things."""
    return f"{number} {one if number == 1 else many}"
