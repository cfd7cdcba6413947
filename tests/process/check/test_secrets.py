"""`auditmock check` and `identify` show no secret, neither of an invalid token nor of a URL."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from processes import Running
from slow_cases import slow_except

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

SECRET = "9xQ4kT7mZ2wL8vB3nR6yHc"  # noqa: S105 - made up
OWNER = f"Owner00000-{SECRET}"
NOBODY = "http://127.0.0.1:9"

Done = subprocess.CompletedProcess[str]


def run(command: str, folder: Path, *words: str, **variables: str) -> Done:
    """Run a command of the suite in a folder, with a valid token by default."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", command, *words],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": OWNER, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_usage_error(done: subprocess.CompletedProcess[str], reason: str) -> None:
    """Assert one line on standard error with this reason, and status 2."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert reason in done.stderr


BAD_TOKENS: Mapping[str, tuple[str, str]] = {
    "header injection": (f"{OWNER}\nX-Evil: 1", "is a control character"),
    "delete character": (f"{OWNER}\x7f", "is a control character"),
    "space": (f"{OWNER} x", "is a space"),
    "accented letter": (f"{OWNER}é", "is not ASCII"),
    "Chinese characters": (f"中文{OWNER}", "invalid token in $CODER_SESSION_TOKEN: character 1 is not ASCII"),
    "surrogate": (f"{OWNER}\udcff", "is not ASCII"),
}


@pytest.mark.parametrize("command", ["check", "identify"])
@pytest.mark.parametrize("kind", slow_except(BAD_TOKENS, "header injection", "surrogate"))
def test_invalid_token_is_a_usage_error(tmp_path: Path, kind: str, command: str) -> None:
    """A token that no header can carry is reported in one line, without the token, with status 2."""
    token, reason = BAD_TOKENS[kind]
    done = run(command, tmp_path, NOBODY, CODER_SESSION_TOKEN=token)

    assert_usage_error(done, reason)
    assert SECRET not in done.stderr


def test_invalid_second_token_is_named(tmp_path: Path) -> None:
    """An invalid second token is reported with the name of its variable."""
    done = run("check", tmp_path, NOBODY, CODER_SECOND_TOKEN=f"{OWNER}é")

    assert done.returncode == 2
    assert "$CODER_SECOND_TOKEN" in done.stderr
    assert SECRET not in done.stderr


def test_whitespace_around_token_is_removed(server: Running, tmp_path: Path) -> None:
    """Whitespace around a token, such as the line break of a file, is removed."""
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
    "password": (f"http://user:{SECRET}@127.0.0.1:9", "must not contain a user or password"),
    "user": (f"http://{SECRET}@127.0.0.1:9/", "must not contain a user or password"),
    "query": (f"{NOBODY}/?coder_session_token={OWNER}", 'must not contain "?" or "#"'),
    "empty query": (f"{NOBODY}/?", 'must not contain "?" or "#"'),
    "fragment": (f"{NOBODY}#{SECRET}", 'must not contain "?" or "#"'),
    "token": (OWNER, "the given text is not a deployment URL"),
    "password and other scheme": (f"ftp://u:{SECRET[:9]}@x", "must not contain a user or password"),
    "password and no scheme": (f"u:{SECRET[:9]}@x", "the given text is not a deployment URL"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "identify"])
@pytest.mark.parametrize("kind", SECRET_URLS)
def test_url_with_extra_parts_is_a_usage_error(tmp_path: Path, kind: str, command: str) -> None:
    """A URL with more than scheme, host and path is reported without those parts, with status 2."""
    url, reason = SECRET_URLS[kind]
    done = run(command, tmp_path, url)

    assert_usage_error(done, reason)
    assert SECRET[:9] not in done.stderr


@pytest.mark.slow
def test_builtin_token_is_redacted(server: Running, tmp_path: Path) -> None:
    """If a variable holds a built-in token of the mock, the output shows the variable instead."""
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
