"""Requests over a real socket, byte by byte as given."""

import socket
from collections.abc import Iterable
from http.client import HTTPResponse
from urllib.parse import urlsplit

from asgi_requests import Call, Response

_TIMEOUT = 20


def send(url: str, calls: Iterable[Call]) -> list[Response]:
    """Send calls in turn, each on a new connection."""
    return [_send(url, call) for call in calls]


def _send(url: str, call: Call) -> Response:
    address = urlsplit(url)
    host_and_port = (str(address.hostname), address.port or 0)
    with socket.create_connection(host_and_port, _TIMEOUT, (call.client, 0)) as connection:
        connection.sendall(_write(call))
        response = HTTPResponse(connection, method=call.method)
        response.begin()
        body = response.read()
    headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in response.getheaders())
    return Response(response.status, headers, body)


def _write(call: Call) -> bytes:
    """Format a request and its body."""
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
