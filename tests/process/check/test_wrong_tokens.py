"""`auditmock check` with tokens of the wrong people: told in one line before anything is judged."""

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
    token_of(holder) for holder in (BuiltinUser.OWNER, BuiltinUser.AUDITOR, BuiltinUser.MEMBER)
)
NO_WRITER = "--allow-writes needs a token whose user may write"


def check(folder: Path, url: str, *flags: str, token: str = OWNER) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "check", url, "--rate-limit", "0", *flags],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_mocks_people_are_known() -> None:
    """What is said of the mock's own people is so."""
    known = {*DENIED_IDS, *READER_IDS, *WRITER_IDS}

    assert known == {token_of(holder).partition("-")[0] for holder in BuiltinUser}
    assert set(FORBIDDEN_IDS) < set(DENIED_IDS)


SECOND = {
    "bogus": ("bogus", 3, "the second token is rejected"),
    "the owner's own": (OWNER, 2, "the second token may read"),
    "an auditor's": (AUDITOR, 2, "the second token may read"),
}


@pytest.mark.slow
@pytest.mark.parametrize("whose", SECOND)
def test_a_second_token_must_be_a_members(server: Running, tmp_path: Path, whose: str) -> None:
    """A second token that is refused, or that may read, says nothing of the deployment."""
    token, status, reason = SECOND[whose]
    done = check(tmp_path, server.url, "--only", "auth", "--second-token", token)

    assert done.returncode == status, done.stdout
    assert reason in done.stderr
    assert done.stdout == ""


def total(url: str) -> int:
    """Count all logs."""
    page = httpx.get(f"{url}/api/v2/audit?q=&limit=1", headers={"Coder-Session-Token": OWNER}).json()
    return int(page["count"])


@pytest.mark.slow
@pytest.mark.parametrize("release", ["documented", "v0.14"])
def test_who_may_not_write_is_told_first(start_server: Start, tmp_path: Path, release: str) -> None:
    """With --allow-writes the token of somebody who may not is told before anything is judged."""
    url = start_server("--release", release).url
    before = total(url)
    done = check(tmp_path, url, "--allow-writes", token=AUDITOR)

    assert done.returncode == 3, done.stdout
    assert NO_WRITER in done.stderr
    assert done.stdout == ""
    assert total(url) == before


def test_who_may_not_write_is_told_by_the_first_denial(start_server: Start, tmp_path: Path) -> None:
    """Where a server looks at roles after all else, the first write tells, and no check is broken."""
    url = start_server("--release", "v2.35").url
    done = check(tmp_path, url, "--allow-writes", "--only", "writes", token=AUDITOR)

    assert done.returncode == 3, done.stdout
    assert f"was not checked completely: {NO_WRITER} after " in done.stdout
    assert "FAIL" not in done.stdout
