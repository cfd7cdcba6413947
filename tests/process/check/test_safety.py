"""The suite does no harm: which requests it sends, how many, and which texts never contain a token."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from processes import Running, Start
from recording_proxy import Sent, record_requests
from slow_cases import slow_except

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

SECRET = "9xQ4kT7mZ2wL8vB3nR6yHc"  # noqa: S105 - made up
"""A unique secret, so that it can be searched for."""
OWNER = token_of(BuiltinUser.OWNER, SECRET)
MEMBER = token_of(BuiltinUser.MEMBER, SECRET[::-1])
LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"


def run_check(url: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Check a deployment; its home and temporary files are in a folder."""
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


MODES = {"by default": (), "with another seed": ("--seed", "77"), "one check": ("--only", "operations")}


@pytest.mark.parametrize(
    "mode", [*slow_except(MODES, "one check"), pytest.param("deep", marks=pytest.mark.soak)]
)
def test_check_sends_only_get_requests(server: Running, tmp_path: Path, mode: str) -> None:
    """Without --allow-writes every request is a GET of the list."""
    with record_requests(server.url) as (url, requests):
        done = run_check(url, tmp_path, *MODES.get(mode, ("--deep",)))

    assert done.returncode == 0, done.stdout
    assert Counter((sent.method, sent.path) for sent in requests).keys() == {("GET", LIST)}


@pytest.mark.slow
def test_deployment_under_a_path_works(server: Running, tmp_path: Path) -> None:
    """A path prefix of the URL is in every request exactly once."""
    with record_requests(server.url, "/coder") as (url, requests):
        done = run_check(url, tmp_path, "--only", "operations,order")

    assert done.returncode == 0, done.stdout
    assert {sent.path for sent in requests} == {f"/coder{LIST}"}


@pytest.fixture
def requests_with_writes(start_server: Start, tmp_path: Path) -> list[Sent]:
    """Check a mock with writes; return all requests."""
    with record_requests(start_server().url) as (url, requests):
        done = run_check(url, tmp_path, "--allow-writes")
    assert done.returncode == 0, done.stdout
    return requests


@pytest.mark.slow
def test_writes_name_the_suite(requests_with_writes: list[Sent]) -> None:
    """Writes go to the two documented paths only, with the suite's name as user agent."""
    posts = [sent for sent in requests_with_writes if sent.path == WRITE]

    assert {sent.path for sent in requests_with_writes if sent.method != "GET"} == {LIST, WRITE}
    assert posts
    assert all(sent.headers["user-agent"].startswith("auditmock-contract-suite") for sent in posts)


CONCURRENT = (
    "order/concurrent-requests-get-their-own-responses",
    "writes/concurrent-posts-create-one-log-each",
)


@pytest.mark.slow
@pytest.mark.parametrize("check", CONCURRENT)
def test_default_rate_allows_concurrent_requests(start_server: Start, tmp_path: Path, check: str) -> None:
    """At the default rate no check is skipped for sending several requests at once."""
    done = run_check(start_server().url, tmp_path, "--allow-writes", "--only", check, "--rate-limit", "6")

    assert done.returncode == 0, done.stdout
    assert "conforms: 1 check passed" in done.stdout


@pytest.mark.slow
def test_max_requests_is_a_limit(server: Running, tmp_path: Path) -> None:
    """No more requests are sent than allowed; the other checks are skipped with the reason."""
    with record_requests(server.url) as (url, requests):
        done = run_check(url, tmp_path, "--max-requests", "50")

    assert done.returncode == 0, done.stdout
    assert len(requests) == 50
    assert "the budget of 50 requests is spent; raise --max-requests" in done.stdout
    assert re.search(r" conforms so far: \d+ checks passed, \d+ skipped", done.stdout)


NO_CHECKS = {
    "one request": (("--max-requests", "1", "--only", "paging"), "--max-requests is too small"),
    "requests for a sample": (("--max-requests", "6", "--only", "paging"), "--max-requests is too small"),
    "writes not allowed": (("--only", "writes"), "all checks were skipped"),
}


@pytest.mark.parametrize("case", slow_except(NO_CHECKS, "one request"))
def test_run_without_checks_does_not_conform(server: Running, tmp_path: Path, case: str) -> None:
    """If no check could run, the exit status is 2 and the result says why."""
    flags, reason = NO_CHECKS[case]
    done = run_check(server.url, tmp_path, *flags)

    assert done.returncode == 2, done.stdout
    assert [
        line
        for line in done.stdout.splitlines()
        if "was not checked: all checks were skipped" in line and reason in line
    ]


@pytest.mark.slow
@pytest.mark.parametrize("failing", [False, True], ids=["passing run", "failing run"])
def test_output_contains_no_token(start_server: Start, tmp_path: Path, failing: bool) -> None:  # noqa: FBT001 - a parameter
    """Neither the output nor the reports nor any other file contains a token."""
    flags = ("--allow-writes", "--report", "html,junit,json,har", "--report-dir", "reports")
    url = start_server("--logs", "0" if failing else "1000").url
    done = run_check(url, tmp_path, *flags, "--baseline", "known.json", "--baseline-update")

    texts = [done.stdout, done.stderr]
    texts += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(texts) > 6
    assert not [text[:200] for text in texts if SECRET in text or SECRET[::-1] in text]
