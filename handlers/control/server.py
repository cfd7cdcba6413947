"""Operations of the control API on the mock and its worlds."""

from collections.abc import Mapping
from math import inf
from typing import Any

import orjson
from starlette.responses import Response

from auditmock.handlers.control.events import EventStream, EventStreamResponse
from auditmock.handlers.control.worlds import WorldDirectory
from auditmock.handlers.endpoints import ReplyResponse
from auditmock.handlers.messages.response import NO_CONTENT, json_reply
from auditmock.handlers.recording.request_log import RequestLog


class ServerOperations:
    """Operations on one mock; Connexion validates their arguments."""

    def __init__(self, worlds: WorldDirectory, request_log: RequestLog, events: EventStream) -> None:
        self._worlds = worlds
        self._request_log = request_log
        self._events = events

    async def reset_everything(self) -> Response:
        for world in self._worlds:
            self._worlds.forget(world.name)
        self._request_log.clear()
        self._events.publish("reset", {})
        return ReplyResponse(NO_CONTENT)

    async def watch_events(self, seconds: float = inf) -> Response:
        return EventStreamResponse(self._events, seconds)

    async def list_worlds(self) -> Response:
        return json_response([self._worlds.describe(world) for world in self._worlds])

    async def get_world(self, world: str) -> Response:
        return json_response(self._worlds.describe(self._worlds.find(world)))

    async def open_world(self, world: str, body: Mapping[str, Any]) -> Response:
        return json_response(self._worlds.publish_change(self._worlds.open(world, body.get("scenario"))))

    async def reset_world(self, world: str) -> Response:
        self._worlds.forget(world)
        return ReplyResponse(NO_CONTENT)


def json_response(value: Any) -> Response:
    return ReplyResponse(json_reply(200, orjson.dumps(value)))
