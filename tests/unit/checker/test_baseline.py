"""Baseline: known failures do not fail the run, and entries without effect are noted."""

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


def test_known_failure_does_not_fail() -> None:
    """A check in the baseline is known or fixed; a check outside it fails as usual."""
    known = {"a/known", "a/fixed"}
    found = [compare(result, known) for result in (failed("a/known"), passed("a/fixed"), failed("a/new"))]

    assert [result.outcome for result in found] == [Outcome.KNOWN, Outcome.FIXED, Outcome.FAILED]
    assert results(*found[:2]).conforms
    assert not results(*found).conforms


def test_baseline_round_trips(tmp_path: Path) -> None:
    """The written baseline has new failures, keeps skipped checks and drops fixed ones."""
    path = tmp_path / "known.json"
    found = [failed("a/new"), compare(passed("a/fixed"), {"a/fixed"}), skipped("a/skipped", "why")]
    path.write_text(write_baseline(results(*found), {"a/fixed", "a/skipped", "a/elsewhere"}))

    known = Baseline(frozenset({"a/new", "a/skipped", "a/elsewhere"}), "documented")
    assert read_baseline(path) == known


ENTRIES = {
    "unknown check": (Baseline(frozenset({"gone/check"})), ['unknown check "gone/check" in the baseline']),
    "check without its case": (
        Baseline(frozenset({"a/limits"})),
        ['unknown check "a/limits" in the baseline; did you mean "a/limits[0]"?'],
    ),
    "other release": (
        Baseline(frozenset({"a/new"}), "other"),
        ["the baseline was written for release other; this run checks documented"],
    ),
    "many unknown checks": (
        Baseline(frozenset(f"b/{number}" for number in range(7))),
        [
            *(f'unknown check "b/{number}" in the baseline' for number in range(5)),
            "2 more unknown checks in the baseline",
        ],
    ),
    "valid entries": (Baseline(frozenset({"a/new", "a/limits[0]"}), "documented"), []),
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_unknown_baseline_entries_are_noted(kind: str) -> None:
    """Unknown checks and another release give a note."""
    baseline, notes = ENTRIES[kind]

    assert [*describe_unknown_entries(baseline, "documented", ["a/new", "a/limits[0]"])] == notes


def test_notes_are_reported() -> None:
    """Notes are in the text before the result and in the JSON report."""
    run = replace(results(passed("a/new")), notes=["mind this"])

    assert next(iter(describe_result(run))) == "note: mind this"
    assert json.loads(write_json(run))["notes"] == ["mind this"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 5000, '{"failures": [1]}', '{"failures": "x"}'])
def test_invalid_baseline_is_rejected(tmp_path: Path, text: str) -> None:
    """A file that is not a baseline raises SettingsError."""
    (tmp_path / "known.json").write_text(text)

    with pytest.raises(SettingsError, match="is not a baseline"):
        read_baseline(tmp_path / "known.json")
