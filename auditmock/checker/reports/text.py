"""The text report: checks, failures, matrix and summary."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import click

from auditmock.checker.core.checks import LAYERS, RESPONSES
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.results import Outcome, Result, Results, count

_LONGEST = 600
_CASES = 3
"""Failed cases of a check that are described in full."""

_MARKS = {
    Outcome.PASSED: ("ok", "green"),
    Outcome.FIXED: ("fixed", "green"),
    Outcome.FAILED: ("FAIL", "red"),
    Outcome.KNOWN: ("known", "yellow"),
    Outcome.SKIPPED: ("skip", "bright_black"),
}
"""The word and the colour of each outcome."""
_WORST = (Outcome.FAILED, Outcome.KNOWN, Outcome.FIXED, Outcome.PASSED, Outcome.SKIPPED)
"""The outcome of a check is the first of these among its cases."""


def describe_checks(results: Results) -> Iterator[str]:
    """Yield one line for each check, grouped by aspect, with its outcome and reason."""
    for aspect in results.aspects:
        yield f"\n{aspect}"
        for name, cases in results.by_check().items():
            if cases[0].check.aspect == aspect:
                yield f"  {_mark(worst_of(cases))} {name.partition('/')[2]}{_aside(cases)}"


def worst_of(cases: Iterable[Result]) -> Outcome:
    outcomes = {case.outcome for case in cases}
    return next(outcome for outcome in _WORST if outcome in outcomes)


def tone_of(results: Results) -> Outcome:
    """Return the outcome whose colour the summary has; an incomplete run is never green."""
    if results.conforms is None:
        return Outcome.SKIPPED
    made = worst_of(result for result in results.found if result.outcome is not Outcome.SKIPPED)
    return Outcome.KNOWN if results.conforms and results.unaffordable else made


def _aside(cases: Sequence[Result]) -> str:
    counts = Counter(case.outcome for case in cases)
    parts = [f"{number} {outcome}" for outcome, number in counts.items()] if len(counts) > 1 else []
    reasons = dict.fromkeys(one_line(case.reason) for case in cases if case.reason)
    parts += list(reasons)[:1]
    return click.style(f"  ({'; '.join(parts)})", fg="bright_black") if parts else ""


def _mark(outcome: Outcome) -> str:
    word, colour = _MARKS[outcome]
    return click.style(f"{word:5}", fg=colour)


def describe_matrix(results: Results) -> Iterator[str]:
    """Yield the matrix of aspects and layers: passed checks out of those that ran."""
    width = max((len(aspect) for aspect in results.aspects), default=0)
    yield " ".join([" " * width, *(f"{layer:>9}" for layer in LAYERS)])
    for aspect in results.aspects:
        cells = [results.cell(layer, aspect) for layer in LAYERS]
        yield " ".join([f"{aspect:{width}}", *map(_cell, cells)])


def _cell(counts: Counter[Outcome]) -> str:
    if not counts:
        return f"{'.':>9}"
    worst = next(outcome for outcome in _WORST if counts[outcome])
    made = counts.total() - counts[Outcome.SKIPPED]
    good = counts[Outcome.PASSED] + counts[Outcome.FIXED]
    text = f"{good}/{made}" if made else "-"
    return click.style(f"{text:>9}", fg=_MARKS[worst][1])


def describe_failures(results: Results) -> Iterator[str]:
    for name, cases in results.by_check().items():
        failed = [case for case in cases if case.outcome is Outcome.FAILED]
        for case in failed[:_CASES]:
            yield f"\n{_mark(Outcome.FAILED)} {case.check.full_name}"
            yield from (f"  {line}" for line in describe_failure(case, results))
        if failed[_CASES:]:
            rest = ", ".join(case.check.case for case in failed[_CASES:])
            yield f"\n{_mark(Outcome.FAILED)} {name}, also: {clip(rest)}"


def describe_failure(result: Result, results: Results) -> Iterator[str]:
    yield f"Check: {result.check.sentence}"
    yield f"Expected: {clip(one_line(result.expected))}"
    yield f"Seen: {clip(one_line(result.seen))}"
    for exchange in result.shown:
        yield f"Reproduce: {exchange.request.curl(results.base_url)}"
    yield f"Contract: openapi.yaml {result.check.place}"
    yield f"Rerun: {rerun(result, results)}"


def rerun(result: Result, results: Results) -> str:
    """Return the command that repeats only this case of a check, on a new mock if the run used one."""
    url = [] if results.is_of_own_mock else [results.base_url]
    names = ",".join([*_curl_commands(result, results), result.check.full_name])
    return f"{shlex.join(['auditmock', 'check', *url, '--only', names])} {results.flags}"


def _curl_commands(result: Result, results: Results) -> Iterator[str]:
    """Name the check that sent the request, for checks of the responses of other checks."""
    if result.check.aspect == RESPONSES:
        asked = [exchange.request for exchange in result.shown]
        each = (check for check in results.found if any(one.request in asked for one in check.exchanges))
        yield from (first.check.full_name for first in islice(each, 1))


def describe_result(results: Results) -> Iterator[str]:
    why = Counter(one_line(result.reason) for result in results.of(Outcome.SKIPPED))
    for reason, number in why.items():
        yield f"{number} skipped: {reason}"
    for note in results.notes:
        yield f"note: {note}"
    for result in results.of(Outcome.KNOWN):
        yield f"known failure: {result.check.full_name}"
    for result in results.of(Outcome.FIXED):
        yield f"fixed: {result.check.full_name} (remove it with --baseline-update)"
    _, colour = _MARKS[tone_of(results)]
    summary = click.style(f"{results.base_url} {results.summary}", fg=colour, bold=True)
    yield f"{summary} ({count(results.requests, 'request', 'requests')}, {results.seconds:.1f} s)"


def clip(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
