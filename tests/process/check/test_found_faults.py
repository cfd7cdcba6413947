"""The suite finds servers with one fault each and passes the server without faults."""

import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = Path(__file__).parents[2] / "faults"
SAMPLE = (
    "offset-skips-one-more",
    "count-of-the-page",
    "ordered-by-whole-seconds",
    "date-to-excludes-its-day",
    "email-by-part",
    "cursor-ignored",
    "any-valid-token",
    "diff-shows-secrets",
    "error-names-fields-in-camel-case",
    "ties-by-descending-id",
)
"""One fault of each kind; `make faults` runs all."""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `tests/faults` with these arguments."""
    return subprocess.run(
        [sys.executable, "-P", str(FAULTS), *words], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def scores() -> subprocess.CompletedProcess[str]:
    """Score the suite against the sample and the server without faults."""
    return run("score", "none", *SAMPLE)


@pytest.mark.parametrize("fault", SAMPLE)
def test_fault_is_found(scores: subprocess.CompletedProcess[str], fault: str) -> None:
    """The suite fails the server that has the fault."""
    assert [line for line in scores.stdout.splitlines() if line.startswith(f"{fault} ")]
    assert f"not found: {fault}" not in scores.stdout


def test_server_without_faults_passes(scores: subprocess.CompletedProcess[str]) -> None:
    """The server without faults passes every check."""
    assert "a false alarm" not in scores.stdout
    assert "none" in scores.stdout


def test_catalogue_is_complete() -> None:
    """There are at least 80 faults, each with a unique name, an aspect and a sentence."""
    rows = [line.split("\t") for line in run("list").stdout.splitlines()]

    assert len(rows) >= 80
    assert len({name for name, _, _ in rows}) == len(rows)
    assert all(sentence.endswith(".") for _, _, sentence in rows)


def test_unknown_fault_is_a_usage_error() -> None:
    """An unknown fault name is reported in one line with status 2."""
    done = run("serve", "nonsense")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert 'Unknown fault "nonsense"' in done.stderr
