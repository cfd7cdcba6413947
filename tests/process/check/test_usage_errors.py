"""`auditmock check` reports usage errors before it sends a request."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from processes import Running
from slow_cases import slow_except

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


USAGE_ERRORS: Mapping[str, tuple[Sequence[str], str]] = {
    "negative number of requests": (("--max-requests", "-5"), '"-5" is not a whole number from 0 to'),
    "negative number of retries": (("--retries", "-1"), '"-1" is not a whole number from 0 to'),
    "zero timeout": (("--request-timeout", "0"), '"0" is not a number from 0.01 to'),
    "timeout that is not a number": (("--request-timeout", "nan"), '"nan" is not a number from 0.01 to'),
    "negative rate": (("--rate-limit", "-1"), '"-1" is not a number from 0.01 to'),
    "rate below the minimum": (("--rate-limit", "1e-320"), '"1e-320" is not a number from 0.01 to'),
    "invalid seed": (("--seed", "pi"), '"pi" is not a whole number from 0 to'),
    "unsupported proxy scheme": (("--proxy", "socks5://127.0.0.1:9"), "not a proxy URL"),
    "invalid proxy": (("--proxy", "foo"), "not a proxy URL"),
    "invalid port of a proxy": (("--proxy", "http://127.0.0.1:99999"), "not a proxy URL"),
    "missing certificate": (("--tls-verify", "nowhere.pem"), "cannot read nowhere.pem: no such file"),
    "folder as certificate": (("--tls-verify", "."), "cannot read .: is a directory"),
    "file without certificates": (("--tls-verify", "file"), "file contains no readable certificates"),
    "baseline update without baseline": (("--baseline-update",), "--baseline-update needs --baseline"),
    "baseline in a missing folder": (
        ("--baseline", "nowhere/x.json", "--baseline-update"),
        "cannot write nowhere/x.json: the folder does not exist",
    ),
    "folder as baseline": (("--baseline", "folder"), "cannot read folder: is a directory"),
    "folder as report": (
        ("--report", "html", "--report-dir", "folder"),
        "cannot write folder/report.html: it is a folder",
    ),
}


@pytest.mark.parametrize(
    "case", slow_except(USAGE_ERRORS, "negative rate", "invalid proxy", "missing certificate")
)
def test_usage_error_is_reported_before_any_request(tmp_path: Path, case: str) -> None:
    """A usage error gives one line and status 2; no request is sent."""
    flags, reason = USAGE_ERRORS[case]
    (tmp_path / "file").write_text("{}")
    (tmp_path / "folder" / "report.html").mkdir(parents=True)
    done = run(tmp_path, *COMMAND, *flags)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reason in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


PYTEST_USAGE_ERRORS = (
    "negative number of requests",
    "invalid seed",
    "missing certificate",
    "baseline update without baseline",
)


@pytest.mark.slow
@pytest.mark.parametrize("case", PYTEST_USAGE_ERRORS)
def test_pytest_reports_the_same_usage_error(tmp_path: Path, case: str) -> None:
    """`pytest` with the contract suite reports the same error with the same status."""
    flags, reason = USAGE_ERRORS[case]
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
def test_pytest_reports_unknown_checks_and_invalid_urls(
    tmp_path: Path, flags: Sequence[str], reason: str
) -> None:
    """`pytest` reports an unknown check and an invalid base URL with status 2."""
    done = run(tmp_path, *PYTEST, *flags)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reason in done.stdout + done.stderr


HOSTILE = {"PYTEST_PLUGINS": "nosuchmodule", "PYTEST_ADDOPTS": "--nosuchflag", "PYTEST_DEBUG": "1"}


def run_check(folder: Path, url: str, redirected: str = "", *flags: str, **variables: str) -> Done:
    """Run one check through a shell that redirects the output."""
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


@pytest.mark.slow
def test_pytest_variables_are_ignored(server: Running, tmp_path: Path) -> None:
    """Environment variables of pytest have no effect."""
    done = run_check(tmp_path, server.url, **HOSTILE)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


OUTPUTS = {
    "stdout closed": (">&-", 0, ""),
    "both closed": (">&- 2>&-", 0, ""),
    "stderr closed": ("2>&- >/dev/null", 0, ""),
    "all closed": ("<&- >&- 2>&-", 0, ""),
    "disk full": (">/dev/full", 2, "cannot write to standard output: no space left on device\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
def test_closed_output_is_ignored(server: Running, tmp_path: Path, output: str) -> None:
    """Closed output does not change the exit status; a full disk is reported."""
    redirected, status, message = OUTPUTS[output]
    done = run_check(tmp_path, server.url, redirected)

    assert (done.returncode, done.stderr) == (status, message)


def test_unwritable_report_is_reported(server: Running, tmp_path: Path) -> None:
    """The result and the other reports are still written; the status is 2."""
    reports = tmp_path / "auditmock-report"
    reports.mkdir()
    (reports / "report.html").symlink_to("/dev/full")
    done = run_check(tmp_path, server.url, "", "--report", "html,json")

    assert done.returncode == 2
    assert " conforms: " in done.stdout
    assert done.stderr == "cannot write auditmock-report/report.html: no space left on device\n"
    assert json.loads((reports / "report.json").read_text())["conforms"] is True


@pytest.mark.slow
def test_baseline_of_another_release_is_noted(server: Running, tmp_path: Path) -> None:
    """Unknown checks and another release in the baseline are noted; `~` is the home folder."""
    known = {"release": "another", "failures": ["order/nothing-such", "order/ties"]}
    (tmp_path / "known.json").write_text(json.dumps(known))
    done = run_check(tmp_path, server.url, "", "--baseline", "~/known.json", HOME=str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "note: the baseline was written for release another; this run checks" in done.stdout
    assert 'note: unknown check "order/nothing-such" in the baseline' in done.stdout
