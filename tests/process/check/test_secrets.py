"""`auditmock check` shows no secret: neither a token that is none, nor what an address holds."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from processes import Running

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

SECRET = "9xQ4kT7mZ2wL8vB3nR6yHc"  # noqa: S105 - made up
OWNER = f"Owner00000-{SECRET}"
NOBODY = "http://127.0.0.1:9"

Done = subprocess.CompletedProcess[str]


def run(command: str, folder: Path, *words: str, **variables: str) -> Done:
    """Run a command of the suite in a folder, with a token if no other is given."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", command, *words],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": OWNER, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def expect_mistake(done: subprocess.CompletedProcess[str], reason: str) -> None:
    """Go on if a mistake was told in one line, with this reason and status 2."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert reason in done.stderr


BAD_TOKENS: Mapping[str, tuple[str, str]] = {
    "a header more": (f"{OWNER}\nX-Evil: 1", "is a control character"),
    "a deletion": (f"{OWNER}\x7f", "is a control character"),
    "a space": (f"{OWNER} x", "is a space"),
    "an accent": (f"{OWNER}é", "is no ASCII"),
    "another script": (f"中文{OWNER}", "character 1 of the token, $CODER_SESSION_TOKEN, is no ASCII"),
    "a byte that is no text": (f"{OWNER}\udcff", "is no ASCII"),
}


@pytest.mark.parametrize("command", ["check", "identify"])
@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_what_is_no_token_is_a_mistake(tmp_path: Path, kind: str, command: str) -> None:
    """A token that no header can carry is told in one line that shows none of it, with status 2."""
    token, reason = BAD_TOKENS[kind]
    done = run(command, tmp_path, NOBODY, CODER_SESSION_TOKEN=token)

    expect_mistake(done, reason)
    assert SECRET not in done.stderr


def test_the_second_token_is_looked_at_as_well(tmp_path: Path) -> None:
    """The other token is named where that one is none."""
    done = run("check", tmp_path, NOBODY, CODER_SECOND_TOKEN=f"{OWNER}é")

    assert done.returncode == 2
    assert "$CODER_SECOND_TOKEN" in done.stderr
    assert SECRET not in done.stderr


def test_space_around_a_token_is_none_of_it(server: Running, tmp_path: Path) -> None:
    """A token may come with the line break of the file it was in."""
    done = run(
        *(
            "check",
            tmp_path,
            server.url,
            "--rate-limit",
            "0",
            "--only",
            "order/first-page-is-sorted-by-time-and-id",
        ),
        CODER_SESSION_TOKEN=f" {token_of(BuiltinUser.OWNER)}\r\n",
    )

    assert done.returncode == 0, done.stdout + done.stderr


SECRET_URLS: Mapping[str, tuple[str, str]] = {
    "a password": (f"http://user:{SECRET}@127.0.0.1:9", "has no user and no password"),
    "a user": (f"http://{SECRET}@127.0.0.1:9/", "has no user and no password"),
    "a query": (f"{NOBODY}/?coder_session_token={OWNER}", 'has no "?" and no "#"'),
    "an empty query": (f"{NOBODY}/?", 'has no "?" and no "#"'),
    "a fragment": (f"{NOBODY}#{SECRET}", 'has no "?" and no "#"'),
    "a token": (OWNER, "what is given is not a deployment URL"),
    "a password, and no address": (f"ftp://u:{SECRET[:9]}@x", "has no user and no password"),
    "a password, and no scheme": (f"u:{SECRET[:9]}@x", "what is given is not a deployment URL"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "identify"])
@pytest.mark.parametrize("kind", SECRET_URLS)
def test_an_address_holds_no_secret(tmp_path: Path, kind: str, command: str) -> None:
    """An address with more than scheme, host and path is a mistake, told without what might be a secret."""
    url, reason = SECRET_URLS[kind]
    done = run(command, tmp_path, url)

    expect_mistake(done, reason)
    assert SECRET[:9] not in done.stderr


def test_a_token_of_the_mocks_is_hidden_as_well(server: Running, tmp_path: Path) -> None:
    """Checks that know the mock's tokens by themselves name the variable, when it holds one of those."""
    member = token_of(BuiltinUser.MEMBER)
    flags = ("--rate-limit", "0", "--only", "auth", "--report", "html,junit,json,har")
    done = run(
        *("check", tmp_path, server.url, *flags, "--second-token", member),
        CODER_SESSION_TOKEN=token_of(BuiltinUser.OWNER),
    )

    texts = [path.read_text() for path in (tmp_path / "auditmock-report").iterdir()]
    assert done.returncode == 0, done.stdout
    assert len(texts) == 4
    assert not [
        text for text in (*texts, done.stdout) if member in text or token_of(BuiltinUser.OWNER) in text
    ]
