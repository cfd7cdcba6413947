"""Requests to a mock in a thread of this process, over a real socket: each byte as it stands."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

from calls import Answer, Call

from auditmock.judge import build_judge
from auditmock.mock import make_mock
from auditmock.server import bind, make_server
from auditmock.settings import Settings

Address = tuple[str, int]
_WAIT = 20


@contextmanager
def serving(settings: Settings, clock: Callable[[], int]) -> Iterator[Address]:
    """Serve a mock, and tell where."""
    mock = make_mock(settings, clock)
    listener = bind("127.0.0.1", 0)
    ready = threading.Event()
    server = make_server(mock, lambda: build_judge(mock, settings), ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    ready.wait(_WAIT)
    yield listener.getsockname()
    server.should_exit = True
    thread.join()
    listener.close()


def send(address: Address, calls: Iterable[Call]) -> list[Answer]:
    """Send calls one after another, each by a connection of its own."""
    return [_send(address, call) for call in calls]


def _send(address: Address, call: Call) -> Answer:
    with socket.create_connection(address, _WAIT, (call.client, 0)) as connection:
        connection.sendall(_write(call))
        response = HTTPResponse(connection, method=call.method)
        response.begin()
        body = response.read()
    headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in response.getheaders())
    return Answer(response.status, headers, body)


def _write(call: Call) -> bytes:
    """Write a request as it stands, its body behind it."""
    target = call.path.encode() + (b"?" + call.query if call.query else b"")
    body = b"".join(call.parts)
    named = {name for name, _ in call.headers}
    own = [(b"host", b"localhost"), (b"connection", b"close")]
    if body or call.method == "POST":
        own.append((b"content-length", b"%d" % len(body)))
    lines = [
        b"%b: %b\r\n" % each for each in (*(each for each in own if each[0] not in named), *call.headers)
    ]
    return b"".join([b"%b %b HTTP/1.1\r\n" % (call.method.encode(), target), *lines, b"\r\n", body])
