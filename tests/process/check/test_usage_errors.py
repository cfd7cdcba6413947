"""`auditmock check`: what is asked for wrongly is told before anything is asked of a deployment."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from processes import Running

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

ROOT = Path(__file__).parents[3]
NOBODY = "http://127.0.0.1:9"
COMMAND = ("-m", "auditmock", "check", NOBODY)
PYTEST = (
    *("-m", "pytest", str(ROOT / "tests" / "contract"), "-c", str(ROOT / "pyproject.toml")),
    *("-p", "no:cacheprovider"),
)

Done = subprocess.CompletedProcess[str]


def run(folder: Path, *words: str, **variables: str) -> Done:
    """Run Python in a folder, with a token."""
    return subprocess.run(
        [sys.executable, "-P", *words],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


MISTAKES: Mapping[str, tuple[Sequence[str], str]] = {
    "fewer than no requests": (("--max-requests", "-5"), '"-5" is not a whole number from 0 to'),
    "less than no retries": (("--retries", "-1"), '"-1" is not a whole number from 0 to'),
    "no time at all": (("--request-timeout", "0"), '"0" is not a number from 0.01 to'),
    "a time that is no number": (("--request-timeout", "nan"), '"nan" is not a number from 0.01 to'),
    "less than no rate": (("--rate-limit", "-1"), '"-1" is not a number from 0.01 to'),
    "hardly any rate": (("--rate-limit", "1e-320"), '"1e-320" is not a number from 0.01 to'),
    "no seed": (("--seed", "pi"), '"pi" is not a whole number from 0 to'),
    "another kind of proxy": (("--proxy", "socks5://127.0.0.1:9"), "not a proxy URL"),
    "no proxy": (("--proxy", "foo"), "not a proxy URL"),
    "no port of a proxy": (("--proxy", "http://127.0.0.1:99999"), "not a proxy URL"),
    "no certificate": (("--tls-verify", "nowhere.pem"), "cannot read nowhere.pem: no such file"),
    "a folder of certificates": (("--tls-verify", "."), "cannot read .: is a directory"),
    "another file": (("--tls-verify", "file"), "file contains no readable certificates"),
    "no baseline to write": (("--baseline-update",), "--baseline-update needs --baseline"),
    "no folder for a baseline": (
        ("--baseline", "nowhere/x.json", "--baseline-update"),
        "cannot write nowhere/x.json: the folder does not exist",
    ),
    "a folder for a baseline": (("--baseline", "folder"), "cannot read folder: is a directory"),
    "a folder in a report's place": (
        ("--report", "html", "--report-dir", "folder"),
        "cannot write folder/report.html: it is a folder",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_before_anything_is_asked(tmp_path: Path, mistake: str) -> None:
    """It is one line and status 2, and no deployment is looked for."""
    flags, reason = MISTAKES[mistake]
    (tmp_path / "file").write_text("{}")
    (tmp_path / "folder" / "report.html").mkdir(parents=True)
    done = run(tmp_path, *COMMAND, *flags)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reason in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


PYTEST_MISTAKES = ("fewer than no requests", "no seed", "no certificate", "no baseline to write")


@pytest.mark.slow
@pytest.mark.parametrize("mistake", PYTEST_MISTAKES)
def test_pytest_says_the_same(tmp_path: Path, mistake: str) -> None:
    """By the other door a mistake has the same words and the same status."""
    flags, reason = MISTAKES[mistake]
    done = run(tmp_path, *PYTEST, "--base-url", NOBODY, *flags)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reason in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--only", "pagging"), 'unknown check "pagging"; did you mean "paging"?'),
        (("--base-url", "coder.example.com"), '"coder.example.com" is not a deployment URL'),
    ],
)
def test_pytest_knows_checks_and_addresses(tmp_path: Path, flags: Sequence[str], reason: str) -> None:
    """So has what only a collection or an address shows."""
    done = run(tmp_path, *PYTEST, *flags)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reason in done.stdout + done.stderr


HOSTILE = {"PYTEST_PLUGINS": "nosuchmodule", "PYTEST_ADDOPTS": "--nosuchflag", "PYTEST_DEBUG": "1"}


def judge(folder: Path, url: str, redirected: str = "", *flags: str, **variables: str) -> Done:
    """Judge one check of a server by a shell, which sends the output somewhere."""
    command = shlex.join(
        [sys.executable, "-P", "-m", "auditmock", "check", url, "--rate-limit=0", "--only=order", *flags]
    )
    return subprocess.run(
        ["/bin/sh", "-c", f"{command} {redirected}"],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_variables_of_pytest_do_not_count(server: Running, tmp_path: Path) -> None:
    """What is set for other test suites is none of this one's business."""
    done = judge(tmp_path, server.url, **HOSTILE)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


OUTPUTS = {
    "closed": (">&-", 0, ""),
    "closed, errors too": (">&- 2>&-", 0, ""),
    "closed for errors": ("2>&- >/dev/null", 0, ""),
    "all closed": ("<&- >&- 2>&-", 0, ""),
    "full": (">/dev/full", 2, "cannot write to standard output: no space left on device\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
def test_output_that_goes_nowhere_is_no_matter(server: Running, tmp_path: Path, output: str) -> None:
    """Whoever closes the output asks for the status alone; a full disk is told."""
    redirected, status, said = OUTPUTS[output]
    done = judge(tmp_path, server.url, redirected)

    assert (done.returncode, done.stderr) == (status, said)


def test_a_report_that_cannot_be_written_is_told(server: Running, tmp_path: Path) -> None:
    """The verdict and the other reports are there all the same; the status is 2."""
    reports = tmp_path / "auditmock-report"
    reports.mkdir()
    (reports / "report.html").symlink_to("/dev/full")
    done = judge(tmp_path, server.url, "", "--report", "html,json")

    assert done.returncode == 2
    assert " conforms: " in done.stdout
    assert done.stderr == "cannot write auditmock-report/report.html: no space left on device\n"
    assert json.loads((reports / "report.json").read_text())["conforms"] is True


def test_a_baseline_of_something_else_is_noted(server: Running, tmp_path: Path) -> None:
    """Names that are no checks and another release are told beside the verdict; `~` is one's own folder."""
    known = {"release": "another", "failures": ["order/nothing-such", "order/ties"]}
    (tmp_path / "known.json").write_text(json.dumps(known))
    done = judge(tmp_path, server.url, "", "--baseline", "~/known.json", HOME=str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "note: the baseline was written for release another; this run checks" in done.stdout
    assert 'note: unknown check "order/nothing-such" in the baseline' in done.stdout
