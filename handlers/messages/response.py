"""Responses as bytes: lists, errors (reference 7) and their headers."""

from asyncio import sleep
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson

from auditmock.core.asgi_types import Send
from auditmock.core.constants import HINT_HEADER, JSON_TYPE
from auditmock.core.errors import ApiError
from auditmock.core.models import SearchResult
from auditmock.handlers.messages.hints import write_hints

Header = tuple[bytes, bytes]

JSON_CONTENT: Header = (b"content-type", JSON_TYPE.encode())
_START = b'{"audit_logs":['
_END = b'],"count":%d}'
"""The end of a list in the documented release."""
_MAX_UNSTREAMED = 1000
_CHUNK_SIZE = 1 << 16
HINT = HINT_HEADER.lower().encode()


class Reply(NamedTuple):
    """A response, its body whole or, if it is long, in chunks."""

    status: int
    headers: Sequence[Header]
    body: bytes | Iterator[bytes]


NO_CONTENT = Reply(204, (), b"")


def page_reply(found: SearchResult, hints: Sequence[str], end: bytes = _END) -> Reply:
    """Make the response to a search; a long page is sent in chunks, to bound memory.

    `end` follows the logs and has a placeholder for the count.
    """
    headers = [JSON_CONTENT]
    if hints:
        headers.append((HINT, write_hints(hints).encode()))
    if found.shown > _MAX_UNSTREAMED:
        return Reply(200, headers, _stream(found, end))
    logs = list(chain.from_iterable(found.blocks)) or [b""]
    logs[0] = _START + logs[0]
    logs[-1] += end % found.count
    body = b",".join(logs)
    headers.append(content_length(body))
    return Reply(200, headers, body)


def json_reply(status: int, body: bytes, headers: Sequence[Header] = ()) -> Reply:
    return Reply(status, [JSON_CONTENT, content_length(body), *headers], body)


def content_length(body: bytes) -> Header:
    return b"content-length", b"%d" % len(body)


def encode_headers(headers: Iterable[tuple[str, str]]) -> list[Header]:
    """Encode headers as ASGI has them: bytes, names in lower case."""
    return [(name.lower().encode(), value.encode()) for name, value in headers]


def error_reply(error: ApiError) -> Reply:
    return json_reply(error.status, orjson.dumps(envelope(error)), encode_headers(error.headers))


def envelope(error: ApiError) -> Mapping[str, Any]:
    """Build the error envelope, without empty members."""
    members: dict[str, Any] = {"message": error.message}
    if error.detail:
        members["detail"] = error.detail
    if error.validations:
        members["validations"] = [problem._asdict() for problem in error.validations]
    return members


async def send_reply(reply: Reply, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    if isinstance(reply.body, bytes):
        await send({"type": "http.response.body", "body": reply.body})
        return
    for piece in reply.body:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await sleep(0)
    await send({"type": "http.response.body", "body": b""})


def _stream(found: SearchResult, end: bytes) -> Iterator[bytes]:
    waiting, size, separator = [_START], 0, b""
    for block in found.blocks:
        text = b",".join(block)
        waiting += (separator, text)
        size, separator = size + len(text), b","
        if size > _CHUNK_SIZE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join((*waiting, end % found.count))
