"""The control API's operations on the mock and its worlds, one method for each of `control.yaml`."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from auditmock.errors import Refusal, invalid_body, world_not_found
from auditmock.fixtures.clocks import WorldClock
from auditmock.fixtures.histogram import count_over_time
from auditmock.fixtures.people import Holder
from auditmock.fixtures.worlds import World, Worlds
from auditmock.handlers.endpoints import ReplyResponse
from auditmock.handlers.journal import Journal
from auditmock.handlers.news import News, NewsResponse
from auditmock.handlers.tokens import token_of
from auditmock.handlers.understanding import Understanding
from auditmock.handlers.wire import NO_CONTENT, Reply
from auditmock.instants import SECOND, format_instant, parse_instant
from auditmock.models import Validation
from auditmock.vocabulary import JSON_TYPE

_LATEST = parse_instant("9000-01-01T00:00:00Z")
"""What a clock shows at most: one that runs stays in the years there are."""


class Control:
    """Steers one mock; everything it is given is valid in form."""

    def __init__(
        self,
        worlds: Worlds,
        journal: Journal,
        news: News,
        understanding: Understanding,
        actions: tuple[str, ...],
    ) -> None:
        self._worlds = worlds
        self._journal = journal
        self._news = news
        self._understanding = understanding
        self._actions = actions

    async def reset_everything(self) -> Response:
        """Forget all worlds, faults, clocks and the journal."""
        for world in list(self._worlds):
            self._worlds.reset(world.name)
        self._journal.clear()
        self._news.tell("reset", {})
        return ReplyResponse(NO_CONTENT)

    async def watch_events(self) -> Response:
        """Watch requests and changes."""
        return NewsResponse(self._news)

    async def list_worlds(self) -> Response:
        """List the worlds that are open."""
        return json_response([_describe(world) for world in self._worlds])

    async def get_world(self, world: str) -> Response:
        """Look at a world."""
        return json_response(_describe(self._find(world)))

    async def open_world(self, world: str, body: Mapping[str, Any]) -> Response:  # noqa: ARG002
        """Open a world."""
        return json_response(self._changed(self._worlds.open(world)))

    async def reset_world(self, world: str) -> Response:
        """Forget what happened in a world."""
        self._worlds.reset(world)
        self._news.tell("forgotten", world)
        return ReplyResponse(NO_CONTENT)

    async def insert_logs(self, world: str, body: list[Any]) -> Response:  # noqa: ARG002
        """Insert complete logs."""
        raise world_not_found(world)

    async def set_faults(self, world: str, body: list[Any]) -> Response:  # noqa: ARG002
        """Set the faults of a world in the place of those it had."""
        raise world_not_found(world)

    async def clear_faults(self, world: str) -> Response:  # noqa: ARG002
        """Take all faults out."""
        return ReplyResponse(NO_CONTENT)

    async def list_faults(self, world: str) -> Response:
        """List the faults that are set."""
        self._find(world)
        return json_response([])

    async def read_clock(self, world: str) -> Response:
        """Read the clock."""
        return json_response(_tell_clock(self._find(world).clock))

    async def set_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        """Set the clock, freeze it or let it run."""
        now = parse_instant(body["now"]) if "now" in body else None
        _check_instant("now", now or 0)
        opened = self._worlds.open(world)
        opened.clock.set(now, frozen=body.get("frozen"))
        return self._tell_clock(opened)

    async def advance_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        """Move the clock on."""
        opened = self._worlds.open(world)
        microseconds = round(body["seconds"] * SECOND)
        _check_instant("seconds", opened.clock() + microseconds)
        opened.clock.advance(microseconds)
        return self._tell_clock(opened)

    async def release_clock(self, world: str) -> Response:
        """Give a world the real time again."""
        found = self._worlds.find(world)
        if found:
            found.clock.release()
            self._changed(found)
        return ReplyResponse(NO_CONTENT)

    async def get_histogram(self, world: str, bins: int, q: str = "") -> Response:
        """Count the logs of a world over time, by action."""
        store = self._find(world).store
        wanted = self._understanding.filter(q, "")
        found = count_over_time(store, wanted, "action", self._actions, bins)
        return json_response(
            {"starts": [format_instant(start) for start in found.starts], "actions": found.counts}
        )

    def _find(self, name: str) -> World:
        world = self._worlds.find(name)
        if world is None:
            raise world_not_found(name)
        return world

    def _tell_clock(self, world: World) -> Response:
        self._changed(world)
        return json_response(_tell_clock(world.clock))

    def _changed(self, world: World) -> Mapping[str, Any]:
        """Tell those who watch that a world changed, and describe it."""
        description = _describe(world)
        self._news.tell("world", description)
        return description


def json_response(value: Any) -> Response:
    """Answer with JSON."""
    body = orjson.dumps(value)
    headers = [(b"content-type", JSON_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    return ReplyResponse(Reply(200, headers, body))


def _describe(world: World) -> Mapping[str, Any]:
    return {
        "name": world.name,
        "scenario": "default",
        "token": token_of(Holder.OWNER, world.name),
        "logs": len(world.store),
        "posted": world.store.posted,
        "faults": [],
        "clock": _tell_clock(world.clock),
    }


def _tell_clock(clock: WorldClock) -> Mapping[str, Any]:
    return {"now": format_instant(clock()), "frozen": clock.is_frozen, "real": clock.is_real}


def _check_instant(field: str, instant: int) -> None:
    if instant > _LATEST:
        raise _too_late(field)


def _too_late(field: str) -> Refusal:
    detail = f"{field} leads to a time after {format_instant(_LATEST)}, which no clock here shows"
    return invalid_body(problems=[Validation(field, detail)])
