"""`auditmock contract`: the contract of a release, and what differs between two."""

import json
import subprocess
import sys

import pytest
import yaml

from auditmock.openapi.contract import load_contract
from auditmock.openapi.releases import find_overlays, list_releases, open_release

OLDEST, NEWEST = (*find_overlays(),)[0], (*find_overlays(),)[-1]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `auditmock contract` to its end."""
    command = [sys.executable, "-P", "-m", "auditmock", "contract", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_writes_the_contract() -> None:
    """The bare command writes the documented release as it stands in the file."""
    assert run().stdout == load_contract().text


def test_it_writes_an_release_as_yaml() -> None:
    """With a release it writes that one."""
    assert yaml.safe_load(run("--release", OLDEST).stdout) == open_release(OLDEST).document


def test_it_writes_an_release_as_json() -> None:
    """JSON is the same document."""
    done = run("--release", NEWEST, "--format", "json")

    assert json.loads(done.stdout) == open_release(NEWEST).document


def test_it_tells_differences() -> None:
    """Between two releases it tells, place by place, what is gone and what is new."""
    done = run("--diff", "documented", NEWEST)

    assert "paths./audit.get.x-paging.count_cap\n  + 2000\n" in done.stdout
    assert "components.parameters.q.required\n  - true\n  + false\n" in done.stdout


def test_an_unknown_release_is_told() -> None:
    """A release there is not is a mistake in usage, told in one line with those there are."""
    done = run("--release", "v9")

    assert (done.returncode, done.stdout) == (2, "")
    assert f'--release: Unknown release "v9". Available: {", ".join(list_releases())}.' in done.stderr


@pytest.mark.parametrize(
    ("form", "beginning"), [("md", "# Drift\n"), ("html", "<!doctype html>\n"), ("json", "[\n")]
)
def test_drift_is_written(form: str, beginning: str) -> None:
    """`auditmock drift` writes what deployed releases do otherwise, in each of its forms."""
    command = [sys.executable, "-P", "-m", "auditmock", "drift", "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.startswith(beginning)
    assert all(release in done.stdout for release in find_overlays())
