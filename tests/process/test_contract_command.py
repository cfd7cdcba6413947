"""`auditmock contract`: the contract of an edition, and what differs between two."""

import json
import subprocess
import sys

import pytest
import yaml

from auditmock.editions import find_overlays, open_edition
from auditmock.openapi import load_contract

OLDEST, NEWEST = (*find_overlays(),)[0], (*find_overlays(),)[-1]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `auditmock contract` to its end."""
    command = [sys.executable, "-P", "-m", "auditmock", "contract", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_writes_the_contract() -> None:
    """The bare command writes the documented edition as it stands in the file."""
    assert run().stdout == load_contract().text


def test_it_writes_an_edition_as_yaml() -> None:
    """With an edition it writes that one."""
    assert yaml.safe_load(run("--edition", OLDEST).stdout) == open_edition(OLDEST).document


def test_it_writes_an_edition_as_json() -> None:
    """JSON is the same document."""
    done = run("--edition", NEWEST, "--format", "json")

    assert json.loads(done.stdout) == open_edition(NEWEST).document


def test_it_tells_differences() -> None:
    """Between two editions it tells, place by place, what is gone and what is new."""
    done = run("--diff", "documented", NEWEST)

    assert "paths./audit.get.x-paging.count_cap\n  + 2000\n" in done.stdout
    assert "components.parameters.q.required\n  - true\n  + false\n" in done.stdout


def test_an_unknown_edition_is_told() -> None:
    """An edition there is not is a mistake in usage, told in one line with those there are."""
    done = run("--edition", "v9")

    assert (done.returncode, done.stdout) == (2, "")
    assert '"v9" is no edition; there are documented, v0.14, v2.35' in done.stderr


@pytest.mark.parametrize(
    ("form", "beginning"), [("md", "# Drift\n"), ("html", "<!doctype html>\n"), ("json", "[\n")]
)
def test_drift_is_written(form: str, beginning: str) -> None:
    """`auditmock drift` writes what deployed editions do otherwise, in each of its forms."""
    command = [sys.executable, "-P", "-m", "auditmock", "drift", "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.startswith(beginning)
    assert all(edition in done.stdout for edition in find_overlays())
