"""`auditmock contract`: the contract of a release, and the differences between two."""

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


def test_default_is_the_documented_release() -> None:
    """Without flags the command prints `openapi.yaml` unchanged."""
    assert run().stdout == load_contract().text


def test_release_is_printed_as_yaml() -> None:
    """With a release the command prints its contract."""
    assert yaml.safe_load(run("--release", OLDEST).stdout) == open_release(OLDEST).document


def test_release_is_printed_as_json() -> None:
    """JSON is the same document."""
    done = run("--release", NEWEST, "--format", "json")

    assert json.loads(done.stdout) == open_release(NEWEST).document


def test_diff_lists_differences() -> None:
    """`--diff` lists the removed and added values by place."""
    done = run("--diff", "documented", NEWEST)

    assert "paths./audit.get.x-paging.count_cap\n  + 2000\n" in done.stdout
    assert "components.parameters.q.required\n  - true\n  + false\n" in done.stdout


def test_unknown_release_is_a_usage_error() -> None:
    """An unknown release is reported with the available ones."""
    done = run("--release", "v9")

    assert (done.returncode, done.stdout) == (2, "")
    assert f'--release: Unknown release "v9". Available: {", ".join(list_releases())}.' in done.stderr


@pytest.mark.parametrize(
    ("file_format", "start"), [("md", "# Drift\n"), ("html", "<!doctype html>\n"), ("json", "[\n")]
)
def test_drift_report_is_printed(file_format: str, start: str) -> None:
    """`auditmock drift` prints every release in each format."""
    command = [sys.executable, "-P", "-m", "auditmock", "drift", "--format", file_format]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.startswith(start)
    assert all(release in done.stdout for release in find_overlays())
