"""`auditmock check` against conforming, faulty and unreachable deployments."""

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from processes import Running, Start
from slow_cases import slow_except

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

TOKEN = token_of(BuiltinUser.OWNER)
SECOND = token_of(BuiltinUser.MEMBER)

Done = subprocess.CompletedProcess[str]


def check(folder: Path, *words: str, token: str = TOKEN) -> Done:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "check", *words],
        cwd=folder,
        env={
            **os.environ,
            "CODER_SESSION_TOKEN": token,
            "CODER_SECOND_TOKEN": SECOND,
            "PYTEST_ADDOPTS": "--no-such-flag",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_check_ignores_pytest_settings_of_the_folder(server: Running, tmp_path: Path) -> None:
    """A conforming deployment passes, whatever pytest settings the folder has."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-flag\n")
    done = check(tmp_path, server.url, "--rate-limit", "0")

    assert done.returncode == 0, done.stdout
    assert f"{server.url} conforms: " in done.stdout


@pytest.mark.slow
def test_mock_conforms_with_writes(start_server: Start, tmp_path: Path) -> None:
    """The mock passes the checks that write, too."""
    flags = ("--rate-limit", "0", "--allow-writes", "--max-requests", "1000")
    done = check(tmp_path, start_server().url, *flags)

    assert done.returncode == 0, done.stdout
    assert "--allow-writes" not in done.stdout


def test_check_without_url_starts_a_mock(tmp_path: Path) -> None:
    """Without a URL the command starts a mock and checks it."""
    done = check(tmp_path, "--only", "order")

    assert done.returncode == 0, done.stdout


UNREADY = {
    "no server": ("http://127.0.0.1:9", TOKEN, "cannot be reached"),
    "invalid token": ("URL", "x", "the token is rejected"),
    "token of a member": ("URL", token_of(BuiltinUser.MEMBER), "may not read audit logs"),
}


@pytest.mark.parametrize(("url", "token", "reason"), UNREADY.values(), ids=UNREADY)
def test_deployment_that_cannot_be_checked_is_reported(
    server: Running, tmp_path: Path, url: str, token: str, reason: str
) -> None:
    """An unreachable deployment or a rejected token ends the run with status 3 and the reason."""
    done = check(tmp_path, url.replace("URL", server.url), "--rate-limit", "0", token=token)

    assert done.returncode == 3
    assert reason in done.stdout + done.stderr


FAULTY = """
from auditmock.fixtures.store import store
from auditmock.cli.main import main
right = store.Store.find
def wrong(self, wanted, page):
    return right(self, wanted, page._replace(offset=page.offset + (page.offset > 40)))
store.Store.find = wrong
main()
"""


@pytest.fixture
def faulty_run(tmp_path: Path) -> Done:
    """Check a server that skips one log on deep pages."""
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", FAULTY, "serve", "--port", "0", "--log-level", "error"],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = iter(server.stdout or ())
    url = next(line for line in lines if "  API" in line).split()[1].removesuffix("/api/v2/audit")
    done = check(tmp_path, url, "--rate-limit", "0", "--only", "paging")
    server.terminate()
    server.communicate()
    return done


def test_failed_check_is_reported(faulty_run: Done) -> None:
    """A fault gives status 1; the output has the check, the expectation and a command without the token."""
    assert faulty_run.returncode == 1
    assert "Check: A page is the slice of the whole list at `offset` and `limit`" in faulty_run.stdout
    assert (
        'Reproduce: curl -i -H "Coder-Session-Token: $CODER_SESSION_TOKEN" \'http://127.0.0.1:'
        in faulty_run.stdout
    )
    assert TOKEN not in faulty_run.stdout + faulty_run.stderr


USAGE_ERRORS = {
    "unknown check": (("--only", "pagging"), 'unknown check "pagging"; did you mean "paging"?'),
    "no checks left": (
        ("--only", "order", "--skip", "properties,edges"),
        "no checks left: --skip excludes everything",
    ),
    "unknown report format": (("--report", "pdf"), '"pdf" is not one of html, junit, json, har'),
    "unknown release": (("--release", "v9"), '"v9" is not one of auto, documented, '),
    "report folder inside a file": (
        ("--report", "json", "--report-dir", "file/x"),
        "cannot write reports to file/x",
    ),
    "missing baseline": (("--baseline", "nowhere.json"), "cannot read nowhere.json: no such file"),
    "invalid baseline": (("--baseline", "file"), "file is not a baseline"),
}


@pytest.mark.parametrize("case", USAGE_ERRORS)
def test_usage_error_is_one_line(server: Running, tmp_path: Path, case: str) -> None:
    """A usage error is reported in one line with status 2."""
    (tmp_path / "file").write_text("{}")
    flags, reason = USAGE_ERRORS[case]
    done = check(tmp_path, server.url, *flags)

    assert done.returncode == 2, done.stdout
    assert [line for line in done.stderr.splitlines() if reason in line]
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr


INVALID_URLS = (
    "notaurl",
    "coder.example.com:443",
    "ftp://coder.example.com",
    "http://",
    "http://[",
    "http://mock:99999",
    "http://exa mple.com",
    " http://coder.example.com",
    "http://a..b",
    "http://xn--/",
    "http://xn--zzzzzz",
    "http://" + "a-" * 40,
)


@pytest.mark.parametrize("url", slow_except(INVALID_URLS, "notaurl", "http://["))
def test_invalid_url_is_a_usage_error(tmp_path: Path, url: str) -> None:
    """An invalid deployment URL is reported in one line with status 2."""
    done = check(tmp_path, url)

    assert done.returncode == 2
    assert f'"{url}" is not a deployment URL' in done.stderr
    assert done.stdout == ""


def test_only_and_skip_select_checks(server: Running, tmp_path: Path) -> None:
    """`--only` and `--skip` select the checks that run."""
    flags = ("--only", "order,cursor", "--skip", "order/log-ids-are-unique", "--report", "json")
    done = check(tmp_path, server.url, "--rate-limit", "0", *flags)
    report = json.loads((tmp_path / "auditmock-report" / "report.json").read_text())

    assert done.returncode == 0, done.stdout
    assert {found["aspect"] for found in report["checks"]} == {"order", "cursor"}
    assert "order/log-ids-are-unique" not in {found["name"] for found in report["checks"]}


def test_terminal_shows_progress_bar(server: Running, tmp_path: Path) -> None:
    """On a terminal, a progress bar moves while checks run."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "auditmock",
            "check",
            server.url,
            "--rate-limit",
            "0",
            "--only",
            "order",
        ],
        cwd=tmp_path,
        env={**os.environ, "CODER_SESSION_TOKEN": TOKEN},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    with suppress(OSError):  # Linux raises OSError at the end of a pseudo-terminal
        while chunk := os.read(controller, 1 << 16):
            shown += chunk

    assert process.wait(60) == 0
    assert b"\r\x1b[K[" in shown
    assert b"conforms" in shown


@pytest.mark.slow
def test_junit_names_do_not_depend_on_seed(server: Running, tmp_path: Path) -> None:
    """JUnit names are the same for every seed."""
    names = []
    for seed in ("1", "2"):
        flags = ("--only", "order,cursor,syntax", "--report", "junit", "--report-dir", seed, "--seed", seed)
        check(tmp_path, server.url, "--rate-limit", "0", *flags)
        names.append(re.findall(r'name="[^"]*"', (tmp_path / seed / "junit.xml").read_text()))

    assert names[0] == names[1]
    assert len(names[0]) > 10
