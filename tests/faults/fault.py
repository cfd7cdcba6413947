"""A fault: one deliberate mistake, wrapped around an app without mistakes."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import quote_plus, unquote_plus

import orjson

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send

LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
JSON_TYPE = b"application/json; charset=utf-8"
_READ_AHEAD = 1 << 20
"""Maximum size of a body that a fault can read; longer bodies are streamed to the app."""

Headers = tuple[tuple[bytes, bytes], ...]


class Request(NamedTuple):
    """A request; `rest` receives the remainder of a long body."""

    scope: Scope
    body: bytes = b""
    rest: Receive | None = None

    @property
    def method(self) -> str:
        """The method."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path."""
        return str(self.scope["path"])

    @property
    def query(self) -> bytes:
        """The raw query string."""
        return bytes(self.scope["query_string"])

    @property
    def headers(self) -> Headers:
        """The headers in the order received."""
        return tuple(self.scope["headers"])

    @property
    def is_list(self) -> bool:
        """Whether it asks for a list."""
        return self.method == "GET" and self.path == LIST

    @property
    def is_write(self) -> bool:
        """Whether it writes a log."""
        return self.method == "POST" and self.path == WRITE

    def header(self, name: bytes) -> str:
        """Return the first header with a name, or an empty string."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    def first(self, name: str) -> str:
        """Return the first query parameter with a name, or an empty string."""
        return next((value for key, value in self.pairs() if key == name), "")

    def number(self, name: str, default: int) -> int:
        """Return a query parameter as a number."""
        text = self.first(name)
        return int(text) if text.isdecimal() else default

    def pairs(self) -> list[tuple[str, str]]:
        """Parse the query string."""
        parts = [part.partition("=") for part in self.query.decode("latin-1").split("&") if part]
        return [(unquote_plus(name), unquote_plus(value)) for name, _, value in parts]

    def with_query(self, query: bytes) -> "Request":
        """Replace the query string."""
        return self._replace(scope={**self.scope, "query_string": query})

    def with_pairs(self, pairs: list[tuple[str, str]]) -> "Request":
        """Replace the query string by these pairs."""
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        return self.with_query(text.encode())

    def with_headers(self, headers: Headers) -> "Request":
        """Replace the headers."""
        return self._replace(scope={**self.scope, "headers": list(headers)})

    def with_header(self, name: bytes, value: bytes | None) -> "Request":
        """Set or remove a header."""
        return self.with_headers(_set_header(self.headers, name, value))

    def with_body(self, body: bytes) -> "Request":
        """Replace the body."""
        headers = _set_header(self.headers, b"content-length", b"%d" % len(body))
        return Request({**self.scope, "headers": list(headers)}, body)

    def moved_to(self, method: str, path: str) -> "Request":
        """Replace method and path."""
        return self._replace(scope={**self.scope, "method": method, "path": path, "raw_path": path.encode()})


class Reply(NamedTuple):
    """A response."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """Decode the body."""
        return orjson.loads(self.body)

    def header(self, name: bytes) -> bytes:
        """Return the first header with a name, or an empty value."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def with_header(self, name: bytes, value: bytes | None) -> "Reply":
        """Set or remove a header."""
        return self._replace(headers=_set_header(self.headers, name, value))

    def with_body(self, body: bytes, media_type: bytes | None = None) -> "Reply":
        """Replace the body and its media type."""
        changed = self.with_header(b"content-length", b"%d" % len(body))._replace(body=body)
        return changed.with_header(b"content-type", media_type) if media_type is not None else changed

    def with_json(self, document: Any, status: int | None = None) -> "Reply":
        """Replace the body by a JSON document, and optionally the status."""
        changed = self.with_body(orjson.dumps(document), JSON_TYPE)
        return changed._replace(status=self.status if status is None else status)


Serve = Callable[[Request], Awaitable[Reply]]
"""Handles one request."""

Wrap = Callable[[Serve], Serve]
"""Adds a fault to a server."""


class Fault(NamedTuple):
    """A fault; `sentence` says what the server does wrong."""

    name: str
    aspect: str
    sentence: str
    wrap: Wrap


NONE = Fault("none", "none", "Nothing is wrong.", lambda serve: serve)


def about(aspect: str) -> Callable[[str, str, Wrap], Fault]:
    """Return a function that makes faults of one aspect from name, sentence and wrap."""
    return lambda name, sentence, wrap: Fault(name, aspect, sentence, wrap)


def add_fault(app: App, fault: Fault) -> App:
    """Wrap an app with a fault."""
    serve = fault.wrap(serve_by(app))

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        reply = await serve(await _read(scope, receive))
        await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
        await send({"type": "http.response.body", "body": reply.body})

    return faulty


async def _read(scope: Scope, receive: Receive) -> Request:
    """Read a request, with its body unless that is too long."""
    declared = Request(scope).header(b"content-length")
    if declared.isdecimal() and int(declared) > _READ_AHEAD:
        return Request(scope, rest=receive)
    body, more = b"", True
    while more and len(body) <= _READ_AHEAD:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(scope, body, receive if more else None)


def serve_by(app: App) -> Serve:
    """Call an app with one request at a time."""

    async def serve(request: Request) -> Reply:
        sent: list[Message] = []
        unread = True

        async def receive() -> Message:
            nonlocal unread
            if unread:
                unread = False
                return {"type": "http.request", "body": request.body, "more_body": request.rest is not None}
            return await request.rest() if request.rest else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        # Apps write into the scope, and a fault may call the app several times with one request.
        scope = {**request.scope, "extensions": dict(request.scope.get("extensions") or {})}
        await app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Reply(sent[0]["status"], tuple(sent[0]["headers"]), body)

    return serve


def _set_header(headers: Headers, name: bytes, value: bytes | None) -> Headers:
    others = tuple(header for header in headers if header[0].lower() != name)
    return others if value is None else (*others, (name, value))
