"""HTTP/1.1 over uvicorn's protocol class, with a synchronous fast path and 400 for invalid HTTP."""

import asyncio
import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple, cast
from urllib.parse import unquote_to_bytes

from httptools import HttpParserError, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from auditmock.core.asgi_types import Scope
from auditmock.core.errors import malformed_request
from auditmock.handlers.coder.router import KNOWN_METHODS
from auditmock.handlers.messages.response import Reply, error_reply
from auditmock.handlers.middleware.faults import TRANSPORT
from auditmock.handlers.recording.recorder import ResponseHeaders
from auditmock.server.app import MockApp

_log = logging.getLogger(__name__)

GRACE = 0.8
"""Seconds that requests in flight have to finish after Ctrl-C; uvicorn needs a tenth to notice it."""

_CLOSE_DELAY = 0.7
"""Seconds until connections are closed: an unfinished request gets no response rather than an error."""

_MAPPED = "::ffff:"
_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]")
_ODD_METHOD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (/\S*) HTTP/1\.[01]\r\n")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_PLAIN_QUERY = re.compile(rb"[0-9A-Za-z%&+,.:=_~*-]*")
_ODD_HEADERS = frozenset({b"upgrade", b"expect"})


class CachedRequest(NamedTuple):
    """The previous request of a connection: its bytes before and after the query, and its parsed scope."""

    start: bytes
    end: bytes
    scope: Scope


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with a fast path.

    A request that arrives whole, with nothing before it on its connection, is answered at once if
    `MockApp.answer` can: one write and no task. A request that differs from the previous one on its
    connection only in its query, byte for byte, is not parsed again. All others take uvicorn's path.
    """

    mock_app: ClassVar[MockApp]
    response_headers: ClassVar[ResponseHeaders]
    _broken = False
    _reading = False
    _pending: RequestResponseCycle | None = None
    _between = True
    _used = False
    _received = b""
    _cached: CachedRequest | None = None
    _tried: Mapping[str, Any] | None = None
    """What `MockApp.answer` added to the scope of a request that is parsed again."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Record the client; a dual-stack socket reports IPv4 clients as `::ffff:…`."""
        super().connection_made(transport)
        if self.client is not None:
            self.client = (self.client[0].removeprefix(_MAPPED), self.client[1])

    def data_received(self, data: bytes) -> None:
        """Parse bytes; accepts targets in raw UTF-8, as curl sends them."""
        self._received = data
        cached, self._cached = self._cached, None
        if cached is not None and self._answer_cached(cached, data):
            self._cached = cached
            return
        between = self._between
        if not data.isascii() and (self.cycle is None or not self.cycle.more_body):
            line, end, rest = data.partition(b"\r\n")
            if _REQUEST_LINE.fullmatch(line):
                data = _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest
        self._reading = True
        super().data_received(data)
        self._reading, tried, self._tried = False, self._tried, None
        if self._pending is not None:
            cycle, self._pending = self._pending, None
            if tried is not None:
                cast("Any", cycle.scope).update(tried)
                self._call_app(cycle)
            elif not self._answer(cycle):
                self._call_app(cycle)
            elif between and cycle.keep_alive:
                self._cached = _cache_request(cycle.scope, data)

    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Strip trailing whitespace from a header value (RFC 9110, 5.5); the parser does not."""
        super().on_header(name, value.rstrip(b" \t"))

    def on_message_complete(self) -> None:
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; restart the timer if the fast path used it meanwhile."""
        if self._used:
            self._used = False
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ARG002 - uvicorn's
        """Defer the start until all received bytes are parsed; start pipelined requests at once."""
        if self._reading:
            self._pending = cycle
        else:
            self._call_app(cycle)

    def _call_app(self, cycle: RequestResponseCycle) -> None:
        """Call the app; it gets the transport, to be able to abort the connection."""
        scope: Any = cycle.scope
        scope["extensions"] = {TRANSPORT: self.transport}
        # the current app: a reload may have replaced that of the connection's start
        super()._start_asgi_task(cycle, cast("Any", self.mock_app))

    def _answer(self, cycle: RequestResponseCycle) -> bool:
        """Answer by the fast path; False if it cannot."""
        if cycle.more_body or self.flow.write_paused or self.transport.is_closing():
            return False
        scope: Any = cycle.scope
        reply = self.mock_app.answer(scope, bytes(cycle.body))
        if reply is None or not isinstance(reply.body, bytes):
            return False
        cycle.response_started = cycle.response_complete = True
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        self._write(reply, end, _body(scope, reply.body))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _answer_cached(self, cached: CachedRequest, data: bytes) -> bool:
        """Answer a request that differs from the previous one only in its query; False if it cannot."""
        start, end, scope = cached
        if not (data.startswith(start) and data.endswith(end)) or len(data) < len(start) + len(end):
            return False
        query = data[len(start) : -len(end)]
        if not _PLAIN_QUERY.fullmatch(query) or self.flow.write_paused or self.transport.is_closing():
            return False
        asked = {**scope, "query_string": query}
        reply = self.mock_app.answer(asked, b"")
        if reply is None or not isinstance(reply.body, bytes):
            self._tried = {name: asked[name] for name in asked.keys() - scope.keys()}
            return False
        self._write(reply, b"\r\n", _body(scope, reply.body))
        self._used = True
        self.server_state.total_requests += 1
        return True

    def _write(self, reply: Reply, end: bytes, body: bytes) -> None:
        """Write status line, headers and body in one call, as uvicorn formats them."""
        lines = [STATUS_LINE[reply.status]]
        for name, value in (*self.server_state.default_headers, *reply.headers):
            lines += (name, b": ", value, b"\r\n")
        self.transport.writelines((b"".join((*lines, end)), body))

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's generic message
        """Reject invalid HTTP, after the response to the previous request."""
        if self._broken:
            return
        self._broken = True
        reject = partial(self._reject, self._received)
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            reject()
        else:
            self.cycle.on_response = reject

    def _reject(self, received: bytes) -> None:
        asked = _ODD_METHOD.match(received)
        reply = (
            self._answer_odd_method(asked, received)
            if asked and asked[1].decode() not in KNOWN_METHODS
            else None
        )
        if reply is not None and isinstance(reply.body, bytes):
            self._write(reply, b"connection: close\r\n\r\n", reply.body)
            self.transport.close()
        else:
            self._reject_bytes()

    def _answer_odd_method(self, asked: re.Match[bytes], received: bytes) -> Reply | None:
        """Answer a method unknown to the parser; None if the request is invalid otherwise."""
        path, _, query = asked[2].partition(b"?")
        headers = _Headers()
        try:
            HttpRequestParser(headers).feed_data(b"GET" + received[asked.end(1) :])
        except HttpParserError:
            return None
        scope: Any = {
            "type": "http",
            "method": asked[1].decode(),
            "headers": headers.found,
            "client": self.client,
            "path": unquote_to_bytes(path).decode(errors="replace"),
            "raw_path": path,
            "query_string": query,
            "http_version": "1.1",
            "scheme": "http",
            "server": self.server,
        }
        return self.mock_app.answer(scope, b"")

    def _reject_bytes(self) -> None:
        reply = error_reply(malformed_request())
        headers = [*reply.headers, *self.response_headers.headers(), (b"connection", b"close")]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, reply.body))
        self.transport.close()
        _log.info("invalid HTTP request from %s: 400", self.client[0] if self.client else "-")

    def shutdown(self) -> None:
        """Finish the request in flight, within `_CLOSE_DELAY` seconds."""
        super().shutdown()
        asyncio.get_running_loop().call_later(_CLOSE_DELAY, self.transport.close)


class _Headers:
    """Collects the headers of a request while it is parsed."""

    def __init__(self) -> None:
        self.found: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.found.append((name.lower(), value.rstrip(b" \t")))


def _body(scope: Scope, body: bytes) -> bytes:
    return b"" if scope["method"] == "HEAD" else body


def _cache_request(scope: Any, data: bytes) -> CachedRequest | None:
    """Return the cache entry of a GET request that is all of `data`; None if it is not cacheable."""
    if scope["method"] != "GET":
        return None
    start = b"%b %b?" % (scope["method"].encode(), scope["raw_path"])
    end = data[len(start) + len(scope["query_string"]) :]
    whole = data.startswith(start + scope["query_string"] + b" HTTP/1.1\r\n")
    if not whole or end.find(b"\r\n\r\n") != len(end) - 4:
        return None
    return (
        None
        if any(name in _ODD_HEADERS for name, _ in scope["headers"])
        else CachedRequest(start, end, scope)
    )


def make_protocol(app: MockApp, headers: ResponseHeaders) -> type[Protocol]:
    """Make the protocol class of a server of this app; `headers` are for responses to invalid HTTP."""
    return type("MockProtocol", (Protocol,), {"mock_app": app, "response_headers": headers})
