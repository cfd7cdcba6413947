"""The suite gives the same results from the command, from pytest and from the wheel."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

ROOT = Path(__file__).parents[2]
CASES = ("none", "email-by-part", "error-with-a-code")
"""A server without faults, and servers with one fault in a check or in all responses."""
COMMAND = ("-m", "auditmock", "check")
PYTEST = (
    *("-m", "pytest", str(ROOT / "tests" / "contract"), "-c", str(ROOT / "pyproject.toml")),
    *("-q", "-p", "no:cacheprovider"),
)

Outcomes = Mapping[str, str]


@contextmanager
def serving(fault: str) -> Iterator[str]:
    """Serve a mock with a fault."""
    server = subprocess.Popen(
        [sys.executable, "-P", str(ROOT / "tests" / "faults"), "serve", fault],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture(scope="module", params=CASES)
def checked(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, Outcomes]]:
    """Serve each case; yield its name, its URL and the outcomes of the command."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("command")
    with serving(request.param) as url:
        yield request.param, url, run_suite(folder, *COMMAND, url)


def run_suite(folder: Path, *words: str, path: str = "") -> Outcomes:
    """Run the suite in a folder; return the outcome of each check by name."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-flag\npython_files = nothing.py\n")
    tokens = {
        "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER),
        "CODER_SECOND_TOKEN": token_of(BuiltinUser.MEMBER),
    }
    flags = ("--rate-limit", "0", "--report", "json", "--report-dir", str(folder / "report"))
    subprocess.run(
        [sys.executable, "-P", *words, *flags],
        cwd=folder,
        env={**os.environ, **tokens, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )
    report = json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))
    return {check["name"]: check["outcome"] for check in report["checks"]}


@pytest.mark.slow
def test_command_finds_the_fault(checked: tuple[str, str, Outcomes]) -> None:
    """A server without a fault fails no check; a server with a fault does."""
    fault, _, outcomes = checked

    assert ("failed" in outcomes.values()) == (fault != "none")


@pytest.mark.slow
def test_pytest_gives_the_same_outcomes(checked: tuple[str, str, Outcomes], tmp_path: Path) -> None:
    """`pytest` on the suite's folder gives the same outcome for every check."""
    _, url, outcomes = checked

    assert run_suite(tmp_path, *PYTEST, "--base-url", url) == outcomes


@pytest.mark.slow
def test_wheel_gives_the_same_outcomes(
    checked: tuple[str, str, Outcomes], site: Path, tmp_path: Path
) -> None:
    """The wheel gives the same outcomes, in a folder with other pytest settings."""
    _, url, outcomes = checked

    assert run_suite(tmp_path, *COMMAND, url, path=str(site)) == outcomes


@pytest.mark.slow
def test_own_mock_gives_the_same_outcomes(tmp_path: Path) -> None:
    """A mock that the suite starts itself gives the same outcomes as one at a URL."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    with serving("none") as url:
        assert run_suite(own, *COMMAND) == run_suite(other, *COMMAND, url)


def test_wheel_is_imported(site: Path, tmp_path: Path) -> None:
    """With the wheel on the path, its files are imported instead of this tree's."""
    code = "import auditmock.contract; print(auditmock.contract.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith(str(site))
