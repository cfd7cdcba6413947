"""What a run says on a terminal: the checks, the matrix, each failure, and the verdict."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import click

from auditmock.checker.core.checks import ANSWERS, LAYERS
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.results import Outcome, Result, Results, count

_LONGEST = 600
_CASES = 3
"""Failing cases of one check that are told in full."""

_COLOURS = {
    Outcome.PASSED: "green",
    Outcome.FIXED: "green",
    Outcome.FAILED: "red",
    Outcome.KNOWN: "yellow",
    Outcome.SKIPPED: "bright_black",
}
_WORDS = {
    Outcome.PASSED: "ok",
    Outcome.FIXED: "fixed",
    Outcome.FAILED: "FAIL",
    Outcome.KNOWN: "known",
    Outcome.SKIPPED: "skip",
}
_WORST = (Outcome.FAILED, Outcome.KNOWN, Outcome.FIXED, Outcome.PASSED, Outcome.SKIPPED)
"""The outcome of a check with several cases is the first of these that occurs."""


def describe_checks(findings: Results) -> Iterator[str]:
    """Write one line a check, under its aspect, with what came of it and why."""
    for aspect in findings.aspects:
        yield f"\n{aspect}"
        for name, cases in findings.by_check().items():
            if cases[0].check.aspect == aspect:
                yield f"  {_mark(worst_of(cases))} {name.partition('/')[2].replace('-', ' ')}{_aside(cases)}"


def worst_of(cases: Iterable[Result]) -> Outcome:
    """Give the outcome of a check."""
    outcomes = {case.outcome for case in cases}
    return next(outcome for outcome in _WORST if outcome in outcomes)


def tone_of(findings: Results) -> Outcome:
    """Give the outcome in whose colour the verdict is told; what is judged in part is never green."""
    if findings.conforms is None:
        return Outcome.SKIPPED
    made = worst_of(finding for finding in findings.found if finding.outcome is not Outcome.SKIPPED)
    return Outcome.KNOWN if findings.conforms and findings.unaffordable else made


def _aside(cases: Sequence[Result]) -> str:
    counts = Counter(case.outcome for case in cases)
    told = [f"{number} {outcome}" for outcome, number in counts.items()] if len(counts) > 1 else []
    reasons = dict.fromkeys(one_line(case.reason) for case in cases if case.reason)
    told += list(reasons)[:1]
    return _dim("; ".join(told)) if told else ""


def _dim(text: str) -> str:
    return click.style(f"  ({text})", fg="bright_black")


def _mark(outcome: Outcome) -> str:
    return click.style(f"{_WORDS[outcome]:5}", fg=_COLOURS[outcome])


def describe_matrix(findings: Results) -> Iterator[str]:
    """Write the matrix of layers and aspects: how many checks passed, of how many that were made."""
    width = max((len(aspect) for aspect in findings.aspects), default=0)
    yield " ".join([" " * width, *(f"{layer:>9}" for layer in LAYERS)])
    for aspect in findings.aspects:
        cells = [findings.cell(layer, aspect) for layer in LAYERS]
        yield " ".join([f"{aspect:{width}}", *map(_cell, cells)])


def _cell(counts: Counter[Outcome]) -> str:
    if not counts:
        return f"{'.':>9}"
    worst = next(outcome for outcome in _WORST if counts[outcome])
    made = counts.total() - counts[Outcome.SKIPPED]
    good = counts[Outcome.PASSED] + counts[Outcome.FIXED]
    text = f"{good}/{made}" if made else "-"
    return click.style(f"{text:>9}", fg=_COLOURS[worst])


def describe_failures(findings: Results) -> Iterator[str]:
    """Write each failure: the check, what was expected and seen, and how to see it again."""
    for name, cases in findings.by_check().items():
        failed = [case for case in cases if case.outcome is Outcome.FAILED]
        for case in failed[:_CASES]:
            yield f"\n{_mark(Outcome.FAILED)} {case.check.full_name}"
            yield from (f"  {line}" for line in describe_failure(case, findings))
        if failed[_CASES:]:
            rest = ", ".join(case.check.case for case in failed[_CASES:])
            yield f"\n{_mark(Outcome.FAILED)} {name}, likewise: {clip(rest)}"


def describe_failure(finding: Result, findings: Results) -> Iterator[str]:
    """Write the lines of one failure."""
    yield f"Check: {finding.check.sentence}"
    yield f"Expected: {clip(one_line(finding.expected))}"
    yield f"Seen: {clip(one_line(finding.seen))}"
    for exchange in finding.shown:
        yield f"Again: {exchange.request.curl(findings.base_url)}"
    yield f"Contract: openapi.yaml {finding.check.place}"
    yield f"Rerun: {rerun(finding, findings)}"


def rerun(finding: Result, findings: Results) -> str:
    """Write the command that judges by this check alone, of its cases by this one; a mock is started anew."""
    url = [] if findings.is_of_own_mock else [findings.base_url]
    names = ",".join([*_curl_commands(finding, findings), finding.check.full_name])
    return f"{shlex.join(['auditmock', 'check', *url, '--only', names])} {findings.flags}"


def _curl_commands(finding: Result, findings: Results) -> Iterator[str]:
    """Name the check whose answer is at fault, where a check judges answers that others have asked for."""
    if finding.check.aspect == ANSWERS:
        asked = [exchange.request for exchange in finding.shown]
        each = (check for check in findings.found if any(one.request in asked for one in check.exchanges))
        yield from (first.check.full_name for first in islice(each, 1))


def describe_result(findings: Results) -> Iterator[str]:
    """Write what came of it all."""
    why = Counter(one_line(finding.reason) for finding in findings.of(Outcome.SKIPPED))
    for reason, number in why.items():
        yield f"not made: {count(number, 'check', 'checks')}; {reason}"
    for note in findings.notes:
        yield f"note:     {note}"
    for finding in findings.of(Outcome.KNOWN):
        yield f"known:    {finding.check.full_name}"
    for finding in findings.of(Outcome.FIXED):
        yield f"fixed:    {finding.check.full_name} (--baseline-update takes it off the list)"
    colour = _COLOURS[tone_of(findings)]
    verdict = click.style(f"{findings.base_url} {findings.verdict}", fg=colour, bold=True)
    yield f"{verdict} ({count(findings.requests, 'request', 'requests')}, {findings.seconds:.1f} s)"


def clip(text: str) -> str:
    """Cut a long text."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
