"""`auditmock check`, interrupted: one exit status, and no verdict or report says more than is known."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Running

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

START = [sys.executable, "-P", "-u", "-m", "auditmock", "check"]
FLAGS = ("--rate-limit", "30", "--only", "cursor,filters", "--report", "html,junit,json,har")
VERDICT = "was not checked completely: interrupted after "


@pytest.fixture(scope="module")
def interrupted(server: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """Press Ctrl-C when some checks are judged: the exit status, what was said, and the folder of reports."""
    folder = tmp_path_factory.mktemp("interrupted")
    process = subprocess.Popen(
        [*START, server.url, *FLAGS],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    said = next(line for line in process.stdout if "filters" in line)
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=60)[0]
    return process.returncode, said, folder / "auditmock-report"


def test_an_interrupted_run_conforms_to_nothing(interrupted: tuple[int, str, Path]) -> None:
    """The exit status is 2, and the verdict says after how many checks it was interrupted."""
    status, said, _ = interrupted

    assert status == 2
    assert VERDICT in said
    assert "conforms" not in said


@pytest.mark.parametrize("file", ["report.html", "junit.xml", "report.json", "report.har"])
def test_a_report_says_that_it_was_interrupted(interrupted: tuple[int, str, Path], file: str) -> None:
    """Every report has that verdict, and none says that the deployment conforms."""
    text = (interrupted[2] / file).read_text()

    assert VERDICT in text
    assert "conforms:" not in text


def test_programs_are_told_that_nothing_is_known(interrupted: tuple[int, str, Path]) -> None:
    """In the report for programs `conforms` is null."""
    report = json.loads((interrupted[2] / "report.json").read_text())

    assert (report["conforms"], report["ended"]) == (None, "interrupted")


STARTING = """
from auditmock.cli.main import main
from auditmock.checker import main as checker
def interrupt(*_):
    raise KeyboardInterrupt
checker.run_checks = interrupt
main()
"""


def test_starting_may_be_interrupted(tmp_path: Path) -> None:
    """An interruption before the first check has the same exit status, with one line."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", STARTING, "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.split("\n")[-2:] == ["auditmock: interrupted", ""]
