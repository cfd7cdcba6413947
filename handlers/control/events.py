"""Server-sent events about requests and changes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import orjson
from starlette.responses import Response

from auditmock.core.asgi_types import Receive, Scope, Send
from auditmock.handlers.recording.request_log import Entry, RequestLog

_KEEP_ALIVE_SECONDS = 15.0
"""Longest time without an event or a comment."""

_QUEUE_SIZE = 1000
"""Events that wait for a slow client; further ones are dropped."""

_KEEP_ALIVE = b": keep-alive\n\n"

Event = tuple[str, Callable[[], Any]]
"""Name, and a function that computes the data."""


class EventStream:
    """Publishes requests and changes; nothing is computed without subscribers."""

    def __init__(self, request_log: RequestLog, summarize: Callable[[Entry], Mapping[str, Any]]) -> None:
        self._request_log = request_log
        self._summarize = summarize
        self._queues: list[asyncio.Queue[Event]] = []

    def publish(self, name: str, data: Any) -> None:
        self._enqueue(name, lambda: data)

    def subscribe(self) -> asyncio.Queue[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE_SIZE)
        if not self._queues:
            self._request_log.watchers.append(self._on_request)
        self._queues.append(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Event]) -> None:
        self._queues.remove(queue)
        if not self._queues:
            self._request_log.watchers.remove(self._on_request)

    def _on_request(self, entry: Entry) -> None:
        self._enqueue("request", lambda: self._summarize(entry))

    def _enqueue(self, name: str, make_data: Callable[[], Any]) -> None:
        for queue in self._queues:
            with suppress(asyncio.QueueFull):
                queue.put_nowait((name, make_data))


class EventStreamResponse(Response):
    """A stream of events that ends after `seconds` or when the client disconnects."""

    media_type = "text/event-stream"

    def __init__(self, events: EventStream, seconds: float) -> None:
        super().__init__()
        self._events = events
        self._seconds = seconds

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        queue = self._events.subscribe()
        disconnected = asyncio.ensure_future(_wait_for_end(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _send_part(send, _KEEP_ALIVE)
            end = monotonic() + self._seconds
            while not disconnected.done() and (remaining := end - monotonic()) > 0:
                next_event = asyncio.ensure_future(queue.get())
                timeout = min(_KEEP_ALIVE_SECONDS, remaining)
                await asyncio.wait(
                    (next_event, disconnected), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
                )
                next_event.cancel()
                arrived = next_event.done() and not next_event.cancelled()
                await _send_part(send, _write(next_event.result()) if arrived else _KEEP_ALIVE)
            await send({"type": "http.response.body", "body": b""})
        finally:
            disconnected.cancel()
            self._events.unsubscribe(queue)


async def _send_part(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _write(event: Event) -> bytes:
    name, make_data = event
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(make_data()))
