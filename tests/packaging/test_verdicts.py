"""One suite, many doors: whichever is taken, the verdict is the same."""

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
"""A good server, and faults that a check and an answer tell."""
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
def judged(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, Outcomes]]:
    """Serve each case; give its name, its address, and what the command says of it."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("command")
    with serving(request.param) as url:
        yield request.param, url, judge(folder, *COMMAND, url)


def judge(folder: Path, *words: str, path: str = "") -> Outcomes:
    """Run the suite in a folder; give the outcome of each check by its name."""
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
def test_the_command_tells_good_from_bad(judged: tuple[str, str, Outcomes]) -> None:
    """A server without a fault breaks no check, one with a fault does."""
    fault, _, outcomes = judged

    assert ("failed" in outcomes.values()) == (fault != "none")


@pytest.mark.slow
def test_pytest_says_the_same(judged: tuple[str, str, Outcomes], tmp_path: Path) -> None:
    """Run by pytest over the folder, the checks come to the same verdicts, each of them."""
    _, url, outcomes = judged

    assert judge(tmp_path, *PYTEST, "--base-url", url) == outcomes


@pytest.mark.slow
def test_the_wheel_says_the_same(judged: tuple[str, str, Outcomes], site: Path, tmp_path: Path) -> None:
    """So does the wheel in a foreign folder, where settings of pytest lie about."""
    _, url, outcomes = judged

    assert judge(tmp_path, *COMMAND, url, path=str(site)) == outcomes


def test_a_mock_in_the_same_process_says_the_same(tmp_path: Path) -> None:
    """A mock that the suite starts itself is judged as one by its URL is."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    with serving("none") as url:
        assert judge(own, *COMMAND) == judge(other, *COMMAND, url)


def test_the_wheel_is_what_runs(site: Path, tmp_path: Path) -> None:
    """With the wheel on the path its own files are run, not this tree's."""
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
