"""Servers that are not Coder: one clear line within the timeout, never a traceback."""

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
TIMED_OUT = f"cannot be reached: no response within {TIMEOUT} s"
FLAGS = ("--token", TOKEN, "--rate-limit", "0", "--request-timeout", str(TIMEOUT))
Handle = Callable[[socket.socket], None]


def hang(connection: socket.socket) -> None:
    """Read requests and send nothing."""
    while connection.recv(1024):
        pass


def close(_: socket.socket) -> None:
    """Close the connection without a response."""


def drip(connection: socket.socket) -> None:
    """Start a response whose body never ends."""
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.2)


def drip_headers(connection: socket.socket) -> None:
    """Start a response whose headers never end."""
    connection.sendall(HEAD)
    for number in count():
        connection.sendall(b"X-%d: x\r\n" % number)
        time.sleep(0.2)


def send_continue(connection: socket.socket) -> None:
    """Send `100 Continue` again and again."""
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def stream(connection: socket.socket) -> None:
    """Send a gigabyte."""
    connection.sendall(HEAD + b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b" " * (1 << 20))


def respond(status: str, media_type: str, body: bytes) -> Handle:
    """Send the same response to every request."""
    text = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    head = text.encode("latin-1")

    def handle(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(head + body)

    return handle


ODD_SERVERS: Mapping[str, tuple[Handle, str]] = {
    "hangs": (hang, TIMED_OUT),
    "closes": (close, "cannot be reached: Server disconnected without sending a response"),
    "drips": (drip, TIMED_OUT),
    "drips headers": (drip_headers, TIMED_OUT),
    "sends 100 Continue for ever": (send_continue, TIMED_OUT),
    "streams a gigabyte": (stream, "cannot be reached: the response is larger than 32 MiB"),
    "sends HTML": (
        respond("200 OK", "text/html", b"<html></html>"),
        "responds with text/html, not with audit logs",
    ),
    "sends other JSON": (
        respond("200 OK", "application/json", b"[]"),
        "responds with application/json, not with",
    ),
    "sends no HTTP": (lambda connection: connection.sendall(b"220 mail\r\n"), "cannot be reached: "),
    "fails": (respond("502 Bad Gateway", "text/plain", b"no"), "a simple request gets status 502"),
    "sends terminal control characters": (
        respond("401 No", "application/json", b'{"message":"\\u001b[31mred\\u0007\\n\\n\\u009bx \\u202e"}'),
        r"the token is rejected (\x1b[31mred\x07\n\n\x9bx \u202e)",
    ),
    "sends control characters in its media type": (
        respond("200 OK", "x/\x9b1m", b"[]"),
        r"responds with x/\x9b1m, not with",
    ),
    "redirects without a location": (
        respond("302 Found", "text/plain", b""),
        "a simple request gets status 302",
    ),
    "redirects to another URL": (
        respond("307 Moved\r\nLocation: https://elsewhere/\x9b1m", "text/plain", b""),
        r"status 307, a redirect to https://elsewhere/\x9b1m; try that URL",
    ),
}


@contextmanager
def listening(handle: Handle) -> Iterator[int]:
    """Serve on a free port; handle every connection the same way."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                handle(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def run_check(url: str, folder: Path, *flags: str) -> tuple[int, str, float]:
    """Check a server; return the status, the output and the seconds it took."""
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


@pytest.mark.parametrize("kind", slow_except(ODD_SERVERS, "hangs", "closes", "sends HTML"))
def test_odd_server_is_reported(tmp_path: Path, kind: str) -> None:
    """A server that is not Coder gives status 3 and one line with the reason; a timeout is not retried."""
    handle, reason = ODD_SERVERS[kind]
    connections = []

    def record(connection: socket.socket) -> None:
        connections.append(connection)
        handle(connection)

    with listening(record) as port:
        status, output, _ = run_check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert [line for line in output.splitlines() if reason in line]
    assert "Traceback" not in output
    assert reason != TIMED_OUT or len(connections) == 1


@pytest.mark.slow
def test_server_without_tls_is_reported(tmp_path: Path) -> None:
    """A failed TLS handshake gives status 3 and one line."""
    with listening(respond("400 Bad Request", "text/plain", b"plain HTTP")) as port:
        status, output, _ = run_check(f"https://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert "cannot be reached: " in output
    assert "Traceback" not in output


def page_then(page: bytes, handle: Handle) -> Handle:
    """Answer the first request with a page, then handle connections another way."""
    first = iter([True])

    def handle_in_turn(connection: socket.socket) -> None:
        if next(first, False):
            connection.recv(65536)
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(page), page))
        handle(connection)

    return handle_in_turn


def test_404_without_cursor_is_a_violation(tmp_path: Path) -> None:
    """A 404 for a request without a cursor fails, though the contract lists that status."""
    headers = "X-Coder-Request-Id: 53bded77-7b9d-4e82-8771-991a34d759f9\r\nX-Coder-Build-Version: v0.14.3"
    not_found = respond(
        "404 Not Found", f"application/json; charset=utf-8\r\n{headers}", b'{"message":"Nowhere."}'
    )
    with listening(page_then(b'{"audit_logs":[],"count":0}', not_found)) as port:
        status, output, _ = run_check(f"http://127.0.0.1:{port}", tmp_path, "--only", "operations")

    assert status == 1
    assert "Expected: no 404 without a cursor" in output


@pytest.mark.slow
@pytest.mark.parametrize("pages", [0, 1])
def test_long_retry_after_ends_the_run(tmp_path: Path, pages: int) -> None:
    """If `Retry-After` is an hour, the run ends with status 3."""
    limit = respond("429 Too Many Requests", "text/plain\r\nRetry-After: 3600", b"Wait.")
    handle = page_then(b'{"audit_logs":[],"count":0}', limit) if pages else limit
    with listening(handle) as port:
        status, output, _ = run_check(f"http://127.0.0.1:{port}", tmp_path, "--release", "documented")

    assert status == 3
    assert "the server asks to wait 3,600 s" in output


def test_expired_token_ends_the_run(tmp_path: Path) -> None:
    """If the token expires during the run, the run ends with status 3 and no check fails."""
    error = respond("401 Unauthorized", "application/json", b'{"message":"You are signed out."}')
    with listening(page_then(b'{"audit_logs":[],"count":0}', error)) as port:
        status, output, _ = run_check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 3
    assert "was not checked completely: the token is no longer accepted after " in output
    assert "FAIL" not in output


@pytest.mark.slow
def test_silent_server_ends_the_run(tmp_path: Path) -> None:
    """If the deployment stops responding, the run ends after a few timeouts."""
    with listening(page_then(b'{"audit_logs":[],"count":0}', hang)) as port:
        status, output, seconds = run_check(f"http://127.0.0.1:{port}", tmp_path)

    assert status == 1
    assert "stopped responding: no response within 2 s" in output
    assert "Traceback" not in output
    assert seconds < 60
