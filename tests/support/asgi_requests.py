"""Requests to an app in this process, over plain ASGI without normalization."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from auditmock.core.asgi_types import App, Message, Scope
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.messages.response import Reply

LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
OWNER = token_of(BuiltinUser.OWNER)


class Call(NamedTuple):
    """A request in ASGI's terms; `parts` are the chunks of the body, `client` is the client's address."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parts: tuple[bytes, ...] = (b"",)
    client: str = "127.0.0.1"


class Response(NamedTuple):
    """A response, with its headers in order."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def json(self) -> Any:
        """Decode the body."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the header with this name, or None; assert that there is at most one."""
        values = [value.decode() for key, value in self.headers if key == name.lower().encode()]
        assert len(values) <= 1, values
        return values[0] if values else None


def listing(query: str, token: str = OWNER, **headers: str) -> Call:
    """Make a request that lists logs; underscores in header names become dashes."""
    return Call("GET", LIST, query.encode(), _headers(token, headers))


def writing(fields: Mapping[str, Any], token: str = OWNER, **headers: str) -> Call:
    """Make a request that writes a log; underscores in header names become dashes."""
    body = json.dumps(fields).encode()
    all_headers = {"content_type": "application/json", "content_length": str(len(body)), **headers}
    return Call("POST", WRITE, b"", _headers(token, all_headers), (body,))


def _headers(token: str, headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    all_headers = {"coder-session-token": token, **headers}
    return tuple(
        (name.replace("_", "-").encode(), value.encode()) for name, value in all_headers.items() if value
    )


def send_requests(app: App, calls: Iterable[Call]) -> list[Response]:
    """Send calls to an app in turn."""

    async def run() -> list[Response]:
        return [await send_call(app, call) for call in calls]

    return asyncio.run(run())


def send_request(app: App, call: Call) -> Response:
    """Send one call."""
    return send_requests(app, [call])[0]


async def send_call(
    app: App, call: Call, short_cut: Callable[[Scope, bytes], Reply | None] | None = None
) -> Response:
    """Send one call, through the fast path first if there is one and the body is in one part."""
    parts = list(call.parts)
    sent: list[Message] = []

    async def receive() -> Message:
        if not parts:
            return {"type": "http.disconnect"}
        body = parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": unquote(call.path),
        "raw_path": call.path.encode(),
        "root_path": "",
        "query_string": call.query,
        "headers": list(call.headers),
        "client": (call.client, 50000),
        "server": ("127.0.0.1", 8910),
    }
    reply = short_cut(scope, call.parts[0]) if short_cut and len(call.parts) == 1 else None
    if reply is not None and isinstance(reply.body, bytes):
        return Response(reply.status, tuple(reply.headers), reply.body)
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(sent[0]["status"], tuple(sent[0]["headers"]), body)
