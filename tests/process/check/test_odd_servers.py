"""What is no Coder is told in a clear line, within the timeout, and never by a traceback."""

import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from slow_cases import slow_except

TOKEN = "Owner00000-" + "0" * 22
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
TIMEOUT = 2
LATE = f"cannot be reached: no response within {TIMEOUT} s"
FLAGS = ("--token", TOKEN, "--rate-limit", "0", "--request-timeout", str(TIMEOUT))
Talk = Callable[[socket.socket], None]


def hang(connection: socket.socket) -> None:
    """Say nothing, as long as the client stays."""
    while connection.recv(1024):
        pass


def close(_: socket.socket) -> None:
    """Say nothing and go."""


def drip(connection: socket.socket) -> None:
    """Begin an answer that never ends."""
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.2)


def drip_headers(connection: socket.socket) -> None:
    """Begin an answer whose headers never end."""
    connection.sendall(HEAD)
    for number in count():
        connection.sendall(b"X-%d: x\r\n" % number)
        time.sleep(0.2)


def go_on(connection: socket.socket) -> None:
    """Say that the request is looked at, again and again."""
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def stream(connection: socket.socket) -> None:
    """Send a gigabyte."""
    connection.sendall(HEAD + b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b" " * (1 << 20))


def answer(status: str, media_type: str, body: bytes) -> Talk:
    """Answer always the same."""
    told = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    head = told.encode("latin-1")

    def talk(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(head + body)

    return talk


ODD: Mapping[str, tuple[Talk, str]] = {
    "hangs": (hang, LATE),
    "closes": (close, "cannot be reached: Server disconnected without sending a response"),
    "drips": (drip, LATE),
    "drips headers": (drip_headers, LATE),
    "asks to go on for ever": (go_on, LATE),
    "streams a gigabyte": (stream, "cannot be reached: the response is larger than 32 MiB"),
    "speaks HTML": (
        answer("200 OK", "text/html", b"<html></html>"),
        "responds with text/html, not with audit logs",
    ),
    "speaks other JSON": (
        answer("200 OK", "application/json", b"[]"),
        "responds with application/json, not with",
    ),
    "speaks no HTTP": (lambda connection: connection.sendall(b"220 mail\r\n"), "cannot be reached: "),
    "fails": (answer("502 Bad Gateway", "text/plain", b"no"), "a simple request gets status 502"),
    "steers the terminal": (
        answer("401 No", "application/json", b'{"message":"\\u001b[31mred\\u0007\\n\\n\\u009bx \\u202e"}'),
        r"the token is rejected (\x1b[31mred\x07\n\n\x9bx \u202e)",
    ),
    "is of a type that steers": (answer("200 OK", "x/\x9b1m", b"[]"), r"responds with x/\x9b1m, not with"),
    "redirects": (answer("302 Found", "text/plain", b""), "a simple request gets status 302"),
    "redirects somewhere": (
        answer("307 Moved\r\nLocation: https://elsewhere/\x9b1m", "text/plain", b""),
        r"status 307, a redirect to https://elsewhere/\x9b1m; try that URL",
    ),
}


@contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """Serve on a free port: talk to everybody who comes."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                talk(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def check(url: str, folder: Path, *flags: str) -> tuple[int, str, float]:
    """Judge what is no Coder: the status, what was said, and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "check", url, *FLAGS, *flags],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


@pytest.mark.parametrize("kind", slow_except(ODD, "hangs", "closes", "speaks HTML"))
def test_what_is_no_coder_is_told(tmp_path: Path, kind: str) -> None:
    """Exit status 3 and one line that says what happened; what takes too long is asked for once."""
    talk, reason = ODD[kind]
    callers = []

    def note(connection: socket.socket) -> None:
        callers.append(connection)
        talk(connection)

    with listening(note) as port:
        status, said, _ = check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert [line for line in said.splitlines() if reason in line]
    assert "Traceback" not in said
    assert reason != LATE or len(callers) == 1


def test_a_server_without_tls_is_told(tmp_path: Path) -> None:
    """Likewise where TLS cannot be agreed on."""
    with listening(answer("400 Bad Request", "text/plain", b"plain HTTP")) as port:
        status, said, _ = check(f"https://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert "cannot be reached: " in said
    assert "Traceback" not in said


def after_one(page: bytes, talk: Talk) -> Talk:
    """Answer the first request by a page, and talk otherwise from then on."""
    first = iter([True])

    def turn(connection: socket.socket) -> None:
        if next(first, False):
            connection.recv(65536)
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(page), page))
        talk(connection)

    return turn


def test_a_list_that_is_nowhere_is_no_list(tmp_path: Path) -> None:
    """A 404 where no cursor is named is no answer of the list's, though the contract has that status."""
    headers = "X-Coder-Request-Id: 53bded77-7b9d-4e82-8771-991a34d759f9\r\nX-Coder-Build-Version: v0.14.3"
    nowhere = answer(
        "404 Not Found", f"application/json; charset=utf-8\r\n{headers}", b'{"message":"Nowhere."}'
    )
    with listening(after_one(b'{"audit_logs":[],"count":0}', nowhere)) as port:
        status, said, _ = check(f"http://127.0.0.1:{port}", tmp_path, "--only", "operations")

    assert status == 1
    assert "Expected: no 404 without a cursor" in said


@pytest.mark.slow
@pytest.mark.parametrize("talks", [0, 1])
def test_a_wait_that_is_too_long_is_told(tmp_path: Path, talks: int) -> None:
    """A server that asks for an hour's patience is not asked earlier: status 3 and a line."""
    limit = answer("429 Too Many Requests", "text/plain\r\nRetry-After: 3600", b"Wait.")
    talk = after_one(b'{"audit_logs":[],"count":0}', limit) if talks else limit
    with listening(talk) as port:
        status, said, _ = check(f"http://127.0.0.1:{port}", tmp_path, "--release", "documented")

    assert status == 3
    assert "the server asks to wait 3,600 s" in said


def test_a_token_that_expires_is_told(tmp_path: Path) -> None:
    """Where the token is no longer accepted in the middle of a run nobody is accused: status 3 and a line."""
    error = answer("401 Unauthorized", "application/json", b'{"message":"You are signed out."}')
    with listening(after_one(b'{"audit_logs":[],"count":0}', error)) as port:
        status, said, _ = check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert "was not checked completely: the token is no longer accepted after " in said
    assert "FAIL" not in said


@pytest.mark.slow
def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """A deployment that answers at first and then hangs ends the run after a few timeouts."""
    with listening(after_one(b'{"audit_logs":[],"count":0}', hang)) as port:
        status, said, seconds = check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 1
    assert "stopped responding: no response within 2 s" in said
    assert "Traceback" not in said
    assert seconds < 60
