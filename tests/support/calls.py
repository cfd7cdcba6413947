"""Requests to an app in this process, over plain ASGI: nothing is tidied up on the way."""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from auditmock.asgi import App, Message


class Call(NamedTuple):
    """A request as ASGI has it; `parts` are the messages the body comes in."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parts: tuple[bytes, ...] = (b"",)


class Answer(NamedTuple):
    """An answer; headers in the order they came."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def drive(app: App, calls: Iterable[Call]) -> list[Answer]:
    """Send calls to an app, one after another."""

    async def run() -> list[Answer]:
        return [await _answer(app, call) for call in calls]

    return asyncio.run(run())


async def _answer(app: App, call: Call) -> Answer:
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
        "path": call.path,
        "raw_path": call.path.encode(),
        "root_path": "",
        "query_string": call.query,
        "headers": list(call.headers),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8910),
    }
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], tuple(sent[0]["headers"]), body)
