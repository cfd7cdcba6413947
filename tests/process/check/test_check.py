"""`auditmock check`: what it says of good, bad and absent deployments."""

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


def test_the_mock_conforms_in_a_hostile_folder(server: Running, tmp_path: Path) -> None:
    """A good deployment is judged good, whatever settings of pytest lie about."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-flag\n")
    done = check(tmp_path, server.url, "--rate-limit", "0")

    assert done.returncode == 0, done.stdout
    assert f"{server.url} conforms: " in done.stdout


def test_with_writes_it_conforms_as_well(start_server: Start, tmp_path: Path) -> None:
    """The checks of writing hold, too."""
    flags = ("--rate-limit", "0", "--allow-writes", "--max-requests", "1000")
    done = check(tmp_path, start_server().url, *flags)

    assert done.returncode == 0, done.stdout
    assert "--allow-writes" not in done.stdout


def test_without_a_url_a_mock_is_judged(tmp_path: Path) -> None:
    """The bare command judges a mock of its own."""
    done = check(tmp_path)

    assert done.returncode == 0, done.stdout


UNREADY = {
    "nobody there": ("http://127.0.0.1:9", TOKEN, "cannot be reached"),
    "a bad token": ("URL", "x", "the token is rejected"),
    "a member's token": ("URL", token_of(BuiltinUser.MEMBER), "may not read audit logs"),
}


@pytest.mark.parametrize(("url", "token", "reason"), UNREADY.values(), ids=UNREADY)
def test_what_cannot_be_judged_is_said(
    server: Running, tmp_path: Path, url: str, token: str, reason: str
) -> None:
    """No deployment, or none that accepts the token, is status 3 and never a green run."""
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
def faulty(tmp_path: Path) -> Done:
    """Judge a server that skips one log on deep pages."""
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", FAULTY, "serve", "--port", "0", "--log-level", "error"],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = iter(server.stdout or ())
    url = next(line for line in lines if "  API" in line).split()[1].removesuffix("/api/v2/audit")
    done = check(tmp_path, url, "--rate-limit", "0")
    server.terminate()
    server.communicate()
    return done


def test_a_broken_check_is_told(faulty: Done) -> None:
    """A fault is status 1; the check, what was expected and a command to see it again are shown, no token."""
    assert faulty.returncode == 1
    assert "Check: A page is the slice of the whole list at `offset` and `limit`" in faulty.stdout
    assert (
        'Reproduce: curl -i -H "Coder-Session-Token: $CODER_SESSION_TOKEN" \'http://127.0.0.1:'
        in faulty.stdout
    )
    assert TOKEN not in faulty.stdout + faulty.stderr


MISTAKES = {
    "a check nobody knows": (("--only", "pagging"), 'unknown check "pagging"; did you mean "paging"?'),
    "no check left": (
        ("--only", "order", "--skip", "properties,edges"),
        "no checks left: --skip excludes everything",
    ),
    "a report nobody knows": (("--report", "pdf"), '"pdf" is not one of html, junit, json, har'),
    "a release nobody knows": (("--release", "v9"), "'v9' is not one of"),
    "no folder for reports": (
        ("--report", "json", "--report-dir", "file/x"),
        "cannot write reports to file/x",
    ),
    "no baseline": (("--baseline", "nowhere.json"), "cannot read nowhere.json: no such file"),
    "a file that is none": (("--baseline", "file"), "file is not a baseline"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(server: Running, tmp_path: Path, mistake: str) -> None:
    """What is asked for wrongly is told in one line, with status 2."""
    (tmp_path / "file").write_text("{}")
    flags, reason = MISTAKES[mistake]
    done = check(tmp_path, server.url, *flags)

    assert done.returncode == 2, done.stdout
    assert [line for line in done.stderr.splitlines() if reason in line]
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url",
    [
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
    ],
)
def test_what_is_no_url_is_a_mistake(tmp_path: Path, url: str) -> None:
    """An address that is no URL is told at once, in one line, with status 2."""
    done = check(tmp_path, url)

    assert done.returncode == 2
    assert f'"{url}" is not a deployment URL' in done.stderr
    assert done.stdout == ""


def test_one_check_can_be_judged_alone(server: Running, tmp_path: Path) -> None:
    """`--only` and `--skip` choose checks, and no others are judged."""
    flags = ("--only", "order,cursor", "--skip", "order/log-ids-are-unique", "--report", "json")
    done = check(tmp_path, server.url, "--rate-limit", "0", *flags)
    report = json.loads((tmp_path / "auditmock-report" / "report.json").read_text())

    assert done.returncode == 0, done.stdout
    assert {found["aspect"] for found in report["checks"]} == {"order", "cursor"}
    assert "order/log-ids-are-unique" not in {found["name"] for found in report["checks"]}


def test_a_terminal_shows_a_bar(server: Running, tmp_path: Path) -> None:
    """On a terminal a bar moves while checks are judged; elsewhere there are plain lines."""
    mine, theirs = pty.openpty()
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
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # Linux ends a closed terminal so
        while piece := os.read(mine, 1 << 16):
            shown += piece

    assert process.wait(60) == 0
    assert b"\r\x1b[K[" in shown
    assert b"conforms" in shown


def test_names_are_the_same_from_run_to_run(server: Running, tmp_path: Path) -> None:
    """JUnit's names do not depend on what is drawn."""
    names = []
    for seed in ("1", "2"):
        flags = ("--only", "order,cursor,syntax", "--report", "junit", "--report-dir", seed, "--seed", seed)
        check(tmp_path, server.url, "--rate-limit", "0", *flags)
        names.append(re.findall(r'name="[^"]*"', (tmp_path / seed / "junit.xml").read_text()))

    assert names[0] == names[1]
    assert len(names[0]) > 10
