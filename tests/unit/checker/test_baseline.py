"""Rules of the baseline: known failures do not fail, and what a baseline cannot mean is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from check_results import failed, passed, results, skipped

from auditmock.checker.baseline import (
    Baseline,
    compare,
    describe_unknown_entries,
    read_baseline,
    write_baseline,
)
from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.results import Outcome
from auditmock.checker.reports.json_report import write_json
from auditmock.checker.reports.text import describe_result


def test_a_known_failure_does_not_fail() -> None:
    """What stands in the baseline is known, or fixed; what does not is judged as ever."""
    known = {"a/known", "a/fixed"}
    found = [compare(result, known) for result in (failed("a/known"), passed("a/fixed"), failed("a/new"))]

    assert [result.outcome for result in found] == [Outcome.KNOWN, Outcome.FIXED, Outcome.FAILED]
    assert results(*found[:2]).conforms
    assert not results(*found).conforms


def test_a_baseline_is_written_and_read(tmp_path: Path) -> None:
    """What fails now is known next time, and what was not judged stays known; what holds is taken off."""
    path = tmp_path / "known.json"
    found = [failed("a/new"), compare(passed("a/fixed"), {"a/fixed"}), skipped("a/unjudged", "why")]
    path.write_text(write_baseline(results(*found), {"a/fixed", "a/unjudged", "a/elsewhere"}))

    known = Baseline(frozenset({"a/new", "a/unjudged", "a/elsewhere"}), "documented")
    assert read_baseline(path) == known


STRAYS = {
    "a name of another check": (
        Baseline(frozenset({"gone/check"})),
        ['unknown check "gone/check" in the baseline'],
    ),
    "a name without its case": (
        Baseline(frozenset({"a/limits"})),
        ['unknown check "a/limits" in the baseline; did you mean "a/limits[0]"?'],
    ),
    "another release": (
        Baseline(frozenset({"a/new"}), "other"),
        ["the baseline was written for release other; this run checks documented"],
    ),
    "many names": (
        Baseline(frozenset(f"b/{number}" for number in range(7))),
        [
            *(f'unknown check "b/{number}" in the baseline' for number in range(5)),
            "2 more unknown checks in the baseline",
        ],
    ),
    "all as it should be": (Baseline(frozenset({"a/new", "a/limits[0]"}), "documented"), []),
}


@pytest.mark.parametrize("kind", STRAYS)
def test_what_a_baseline_cannot_mean_is_told(kind: str) -> None:
    """Names of no check, and another release, are noted."""
    baseline, notes = STRAYS[kind]

    assert [*describe_unknown_entries(baseline, "documented", ["a/new", "a/limits[0]"])] == notes


def test_notes_are_told() -> None:
    """What else a reader should know stands before the verdict, and in the report for programs."""
    run = replace(results(passed("a/new")), notes=["mind this"])

    assert next(iter(describe_result(run))) == "note: mind this"
    assert json.loads(write_json(run))["notes"] == ["mind this"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 5000, '{"failures": [1]}', '{"failures": "x"}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is none is told in one line."""
    (tmp_path / "known.json").write_text(text)

    with pytest.raises(SettingsError, match="is not a baseline"):
        read_baseline(tmp_path / "known.json")
