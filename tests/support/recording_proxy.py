"""A recording proxy in front of a server: forwards bytes and records each request."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

_CHUNK_SIZE = 1 << 16


class Sent(NamedTuple):
    """A recorded request."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]


class _Recorder:
    """Parses requests from the bytes of a connection, by httptools' callbacks."""

    def __init__(self, requests: list[Sent]) -> None:
        self._requests = requests
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}

    def read(self, chunk: bytes) -> None:
        """Parse some bytes."""
        self._parser.feed_data(chunk)

    def on_url(self, url: bytes) -> None:
        """Record the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Record a header."""
        self._headers[name.decode().lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Record the request."""
        method = self._parser.get_method().decode()
        self._requests.append(Sent(method, self._target.decode("latin-1"), self._headers))
        self._target, self._headers = b"", {}


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, upstream: tuple[str, int], prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream = upstream
        self.prefix = f" {prefix}/".encode()
        self.requests: list[Sent] = []


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        proxy = cast("_Proxy", self.server)
        recorder = _Recorder(proxy.requests)
        with socket.create_connection(proxy.upstream) as server:
            for connection in (self.request, server):
                # Without TCP_NODELAY a body waits for the acknowledgement of its head.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_copy, args=(server, self.request))
            back.start()
            while chunk := self.request.recv(_CHUNK_SIZE):
                recorder.read(chunk)
                server.sendall(chunk.replace(proxy.prefix, b" /", 1))
            server.shutdown(socket.SHUT_WR)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK_SIZE):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def record_requests(url: str, prefix: str = "") -> Iterator[tuple[str, list[Sent]]]:
    """Open a proxy to a server, optionally below a path; yield its URL and the recorded requests."""
    address = urlsplit(url)
    with _Proxy((str(address.hostname), address.port or 80), prefix) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{prefix}", server.requests
        server.shutdown()
