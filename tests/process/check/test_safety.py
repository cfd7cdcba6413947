"""The suite does no harm: what leaves it, how fast, and what it never shows."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from processes import Running, Start
from recording_proxy import Sent, relay
from slow_cases import slow_except

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

SECRET = "9xQ4kT7mZ2wL8vB3nR6yHc"  # noqa: S105 - made up
"""A secret nobody else has, so that it can be looked for."""
OWNER = token_of(BuiltinUser.OWNER, SECRET)
MEMBER = token_of(BuiltinUser.MEMBER, SECRET[::-1])
LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"


def run_check(url: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Judge a deployment, its home and its temporary files in a folder."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "check", url, "--rate-limit", "0", *flags],
        cwd=folder,
        env={
            **os.environ,
            "CODER_SESSION_TOKEN": OWNER,
            "CODER_SECOND_TOKEN": MEMBER,
            "HOME": str(folder),
            "TMPDIR": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )


MODES = {"by default": (), "with other draws": ("--seed", "77"), "one check": ("--only", "operations")}


@pytest.mark.parametrize(
    "mode", [*slow_except(MODES, "by default"), pytest.param("deep", marks=pytest.mark.soak)]
)
def test_only_reads_leave(server: Running, tmp_path: Path, mode: str) -> None:
    """Without --allow-writes every request is a GET to the list, and nothing else."""
    with relay(server.url) as (url, requests):
        done = run_check(url, tmp_path, *MODES.get(mode, ("--deep",)))

    assert done.returncode == 0, done.stdout
    assert Counter((sent.method, sent.path) for sent in requests).keys() == {("GET", LIST)}


@pytest.mark.slow
def test_a_deployment_may_be_under_a_path(server: Running, tmp_path: Path) -> None:
    """Whatever a proxy puts before the paths stands there once, in all layers."""
    with relay(server.url, "/coder") as (url, requests):
        done = run_check(url, tmp_path, "--only", "operations,order")

    assert done.returncode == 0, done.stdout
    assert {sent.path for sent in requests} == {f"/coder{LIST}"}


@pytest.fixture
def written(start_server: Start, tmp_path: Path) -> list[Sent]:
    """Judge a mock with writes and give all requests."""
    with relay(start_server().url) as (url, requests):
        done = run_check(url, tmp_path, "--allow-writes")
    assert done.returncode == 0, done.stdout
    return requests


@pytest.mark.slow
def test_writes_are_marked(written: list[Sent]) -> None:
    """What could write goes to the two documented paths alone, and what writes has the suite's name."""
    posts = [sent for sent in written if sent.path == WRITE]

    assert {sent.path for sent in written if sent.method != "GET"} == {LIST, WRITE}
    assert posts
    assert all(sent.headers["user-agent"].startswith("auditmock-contract-suite") for sent in posts)


TOGETHER = (
    "order/concurrent-requests-get-their-own-responses",
    "writes/concurrent-posts-create-one-log-each",
)


@pytest.mark.slow
@pytest.mark.parametrize("check", TOGETHER)
def test_the_usual_rate_has_room_for_what_goes_together(
    start_server: Start, tmp_path: Path, check: str
) -> None:
    """At the rate that is usual no check is left out because it sends several requests at once."""
    done = run_check(start_server().url, tmp_path, "--allow-writes", "--only", check, "--rate-limit", "6")

    assert done.returncode == 0, done.stdout
    assert "conforms: 1 check passed" in done.stdout


@pytest.mark.slow
def test_the_budget_is_kept(server: Running, tmp_path: Path) -> None:
    """No more requests leave than are allowed; what could not be judged is said, and breaks no check."""
    with relay(server.url) as (url, requests):
        done = run_check(url, tmp_path, "--max-requests", "50")

    assert done.returncode == 0, done.stdout
    assert len(requests) == 50
    assert "the budget of 50 requests is spent; raise --max-requests" in done.stdout
    assert re.search(r" conforms so far: \d+ checks passed, \d+ skipped", done.stdout)


NOTHING = {
    "one request": (("--max-requests", "1", "--only", "paging"), "--max-requests is too small"),
    "requests for a sample": (("--max-requests", "6", "--only", "paging"), "--max-requests is too small"),
    "no writes": (("--only", "writes"), "all checks were skipped"),
}


@pytest.mark.parametrize("want", slow_except(NOTHING, "one request"))
def test_nothing_judged_is_no_good_run(server: Running, tmp_path: Path, want: str) -> None:
    """Where no check could be made the exit status is 2, and the verdict says why."""
    flags, reason = NOTHING[want]
    done = run_check(server.url, tmp_path, *flags)

    assert done.returncode == 2, done.stdout
    assert [
        line
        for line in done.stdout.splitlines()
        if "was not checked: all checks were skipped" in line and reason in line
    ]


@pytest.mark.slow
@pytest.mark.parametrize("broken", [False, True], ids=["a good server", "a broken run"])
def test_no_token_is_shown(start_server: Start, tmp_path: Path, broken: bool) -> None:  # noqa: FBT001 - a case
    """Neither output nor reports nor any file that is left has a token in it."""
    flags = ("--allow-writes", "--report", "html,junit,json,har", "--report-dir", "reports")
    url = start_server("--logs", "0" if broken else "1000").url
    done = run_check(url, tmp_path, *flags, "--baseline", "known.json", "--baseline-update")

    texts = [done.stdout, done.stderr]
    texts += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(texts) > 6
    assert not [text[:200] for text in texts if SECRET in text or SECRET[::-1] in text]
