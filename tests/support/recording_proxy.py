"""A recording relay in front of a server: passes bytes on, and notes each request in them."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

_PIECE = 1 << 16


class Sent(NamedTuple):
    """A request as it came by."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]


class _Record:
    """Reads requests from a connection's bytes, by httptools' callbacks."""

    def __init__(self, requests: list[Sent]) -> None:
        self._requests = requests
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}

    def read(self, piece: bytes) -> None:
        """Read some bytes."""
        self._parser.feed_data(piece)

    def on_url(self, url: bytes) -> None:
        """Note where to."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self._headers[name.decode().lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note the request."""
        method = self._parser.get_method().decode()
        self._requests.append(Sent(method, self._target.decode("latin-1"), self._headers))
        self._target, self._headers = b"", {}


class _Relay(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, upstream: tuple[str, int], prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.upstream = upstream
        self.prefix = f" {prefix}/".encode()
        self.requests: list[Sent] = []


class _Passage(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        relay = cast("_Relay", self.server)
        record = _Record(relay.requests)
        with socket.create_connection(relay.upstream) as server:
            for end in (self.request, server):
                # heads and bodies come in pieces, and none is to wait for the other's receipt
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_copy, args=(server, self.request))
            back.start()
            while piece := self.request.recv(_PIECE):
                record.read(piece)
                server.sendall(piece.replace(relay.prefix, b" /", 1))
            server.shutdown(socket.SHUT_WR)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def relay(url: str, prefix: str = "") -> Iterator[tuple[str, list[Sent]]]:
    """Open a relay to a server, under a path or none; gives its URL and the requests that come by."""
    address = urlsplit(url)
    with _Relay((str(address.hostname), address.port or 80), prefix) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{prefix}", server.requests
        server.shutdown()
