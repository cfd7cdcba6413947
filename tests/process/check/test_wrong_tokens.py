"""`auditmock check` reports tokens of the wrong users before the first check."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import Running, Start

from auditmock.checker.core.tokens import DENIED_IDS, FORBIDDEN_IDS, READER_IDS, WRITER_IDS
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

OWNER, AUDITOR, MEMBER = (
    token_of(user) for user in (BuiltinUser.OWNER, BuiltinUser.AUDITOR, BuiltinUser.MEMBER)
)
CANNOT_WRITE = "--allow-writes needs a token whose user may write"


def run_check(folder: Path, url: str, *flags: str, token: str = OWNER) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "check", url, "--rate-limit", "0", *flags],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def test_builtin_users_are_known() -> None:
    """The lists of built-in token ids match the mock's built-in users."""
    known = {*DENIED_IDS, *READER_IDS, *WRITER_IDS}

    assert known == {token_of(user).partition("-")[0] for user in BuiltinUser}
    assert set(FORBIDDEN_IDS) < set(DENIED_IDS)


SECOND = {
    "invalid": ("bogus", 3, "the second token is rejected"),
    "owner": (OWNER, 2, "the second token may read"),
    "auditor": (AUDITOR, 2, "the second token may read"),
}


@pytest.mark.slow
@pytest.mark.parametrize("user", SECOND)
def test_second_token_must_belong_to_a_member(server: Running, tmp_path: Path, user: str) -> None:
    """A second token that is rejected or that may read logs ends the run before the first check."""
    token, status, reason = SECOND[user]
    done = run_check(tmp_path, server.url, "--only", "auth", "--second-token", token)

    assert done.returncode == status, done.stdout
    assert reason in done.stderr
    assert done.stdout == ""


def count_logs(url: str) -> int:
    """Count all logs."""
    page = httpx.get(f"{url}/api/v2/audit?q=&limit=1", headers={"Coder-Session-Token": OWNER}).json()
    return int(page["count"])


@pytest.mark.slow
@pytest.mark.parametrize("release", ["documented", "v0.14"])
def test_token_without_write_permission_is_reported_first(
    start_server: Start, tmp_path: Path, release: str
) -> None:
    """With --allow-writes, a token that may not write ends the run before the first check."""
    url = start_server("--release", release).url
    before = count_logs(url)
    done = run_check(tmp_path, url, "--allow-writes", token=AUDITOR)

    assert done.returncode == 3, done.stdout
    assert CANNOT_WRITE in done.stderr
    assert done.stdout == ""
    assert count_logs(url) == before


@pytest.mark.slow
def test_denied_write_ends_the_run(start_server: Start, tmp_path: Path) -> None:
    """If the server checks roles last, the first denied write ends the run and no check fails."""
    url = start_server("--release", "v2.35").url
    done = run_check(tmp_path, url, "--allow-writes", "--only", "writes", token=AUDITOR)

    assert done.returncode == 3, done.stdout
    assert f"was not checked completely: {CANNOT_WRITE} after " in done.stdout
    assert "FAIL" not in done.stdout
