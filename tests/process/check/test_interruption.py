"""`auditmock check`, interrupted: the exit status, the result line and the reports say so."""

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
RESULT = "was not checked completely: interrupted after "


@pytest.fixture(scope="module")
def interrupted(server: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    """Press Ctrl-C while checks run; return the exit status, the output and the report folder."""
    folder = tmp_path_factory.mktemp("interrupted")
    process = subprocess.Popen(
        [*START, server.url, *FLAGS],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    output = next(line for line in process.stdout if "filters" in line)
    process.send_signal(signal.SIGINT)
    output += process.communicate(timeout=60)[0]
    return process.returncode, output, folder / "auditmock-report"


def test_interrupted_run_does_not_conform(interrupted: tuple[int, str, Path]) -> None:
    """The exit status is 2, and the result says after how many checks the run was interrupted."""
    status, output, _ = interrupted

    assert status == 2
    assert RESULT in output
    assert "conforms" not in output


@pytest.mark.parametrize("file", ["report.html", "junit.xml", "report.json", "report.har"])
def test_report_says_that_run_was_interrupted(interrupted: tuple[int, str, Path], file: str) -> None:
    """Every report has the same result, and none says that the deployment conforms."""
    text = (interrupted[2] / file).read_text()

    assert RESULT in text
    assert "conforms:" not in text


def test_json_report_of_interrupted_run_has_null(interrupted: tuple[int, str, Path]) -> None:
    """In the JSON report of an interrupted run, `conforms` is null."""
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


def test_interruption_during_start_is_reported(tmp_path: Path) -> None:
    """An interruption before the first check gives status 2 and one line."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", STARTING, "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.split("\n")[-2:] == ["auditmock: interrupted", ""]
