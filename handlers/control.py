"""The control API's operations on the mock and its worlds, one method for each of `control.yaml`."""

from collections.abc import Mapping
from math import inf
from typing import Any

import orjson
from starlette.responses import Response

from auditmock.handlers.atlas import Atlas
from auditmock.handlers.endpoints import ReplyResponse
from auditmock.handlers.journal import Journal
from auditmock.handlers.news import News, NewsResponse
from auditmock.handlers.wire import NO_CONTENT, Reply
from auditmock.vocabulary import JSON_TYPE


class Control:
    """Steers one mock; everything it is given is valid in form."""

    def __init__(self, atlas: Atlas, journal: Journal, news: News) -> None:
        self._atlas = atlas
        self._journal = journal
        self._news = news

    async def reset_everything(self) -> Response:
        """Forget all worlds, faults, clocks and the journal."""
        for world in self._atlas:
            self._atlas.forget(world.name)
        self._journal.clear()
        self._news.tell("reset", {})
        return ReplyResponse(NO_CONTENT)

    async def watch_events(self, seconds: float = inf) -> Response:
        """Watch requests and changes."""
        return NewsResponse(self._news, seconds)

    async def list_worlds(self) -> Response:
        """List the worlds that are open."""
        return json_response([self._atlas.describe(world) for world in self._atlas])

    async def get_world(self, world: str) -> Response:
        """Look at a world."""
        return json_response(self._atlas.describe(self._atlas.find(world)))

    async def open_world(self, world: str, body: Mapping[str, Any]) -> Response:
        """Open a world, or put another scenario into it."""
        return json_response(self._atlas.changed(self._atlas.open(world, body.get("scenario"))))

    async def reset_world(self, world: str) -> Response:
        """Forget what happened in a world."""
        self._atlas.forget(world)
        return ReplyResponse(NO_CONTENT)


def json_response(value: Any) -> Response:
    """Answer with JSON."""
    body = orjson.dumps(value)
    headers = [(b"content-type", JSON_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    return ReplyResponse(Reply(200, headers, body))
