"""The judge is judged: servers that have one fault each are found out, a good one is not."""

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
    "any-good-token",
    "diff-shows-secrets",
    "error-names-fields-in-camel-case",
    "ties-by-descending-id",
)
"""A fault of each kind; `make faults` judges all."""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the catalogue."""
    return subprocess.run(
        [sys.executable, "-P", str(FAULTS), *words], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def scored() -> subprocess.CompletedProcess[str]:
    """Score the suite by the sample, and by a good server."""
    return run("score", "none", *SAMPLE)


@pytest.mark.parametrize("fault", SAMPLE)
def test_a_fault_is_found(scored: subprocess.CompletedProcess[str], fault: str) -> None:
    """The suite finds out the server that has it."""
    assert [line for line in scored.stdout.splitlines() if line.startswith(f"{fault} ")]
    assert f"not found: {fault}" not in scored.stdout


def test_a_good_server_is_not_accused(scored: subprocess.CompletedProcess[str]) -> None:
    """The same server without a fault breaks no check."""
    assert "a false alarm" not in scored.stdout
    assert "none" in scored.stdout


def test_the_catalogue_is_in_order() -> None:
    """There are many faults, each with a name of its own, an aspect, and a sentence."""
    rows = [line.split("\t") for line in run("list").stdout.splitlines()]

    assert len(rows) >= 80
    assert len({name for name, _, _ in rows}) == len(rows)
    assert all(sentence.endswith(".") for _, _, sentence in rows)


def test_a_fault_nobody_knows_is_told() -> None:
    """An unknown name is one line and status 2."""
    done = run("serve", "nonsense")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert 'there is no fault "nonsense"' in done.stderr
