"""Operations of the control API on the mock and its worlds."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from starlette.responses import Response

from auditmock.core.errors import world_not_found
from auditmock.core.timestamps import format_timestamp
from auditmock.fixtures.store.world_clock import WorldClock
from auditmock.fixtures.worlds import World, Worlds, name_world
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.control.events import EventStream, EventStreamResponse
from auditmock.handlers.endpoints import ReplyResponse, json_response
from auditmock.handlers.messages.response import NO_CONTENT
from auditmock.handlers.recording.request_log import RequestLog


class WorldDirectory:
    def __init__(self, worlds: Worlds, tokens: Tokens, events: EventStream) -> None:
        self._worlds = worlds
        self._tokens = tokens
        self._events = events
        worlds.eviction_listeners.append(self._publish_forgotten)

    def __iter__(self) -> Iterator[World]:
        return iter(list(self._worlds))

    def find(self, name: str) -> World:
        """Find an open world; raises ApiError (404)."""
        world = self._worlds.find(name)
        if world is None:
            raise world_not_found(name)
        return world

    def open(self, name: str, scenario: str | None = None) -> World:
        """Without a scenario, an open world keeps its own. Raises ApiError (404) for an unknown scenario."""
        self._tokens.token_for_world(name)  # rejects names that no token has
        if scenario is None:
            return self._worlds.open(name)
        self._tokens.token_for_world(name_world("", scenario))
        return self._worlds.put(name, scenario)

    def forget(self, name: str) -> None:
        self._worlds.reset(name)
        self._publish_forgotten(name)

    def _publish_forgotten(self, name: str) -> None:
        self._events.publish("forgotten", name)

    def publish_change(self, world: World) -> Mapping[str, Any]:
        """Publish a change of a world, and describe the world."""
        description = self.describe(world)
        self._events.publish("world", description)
        return description

    def describe(self, world: World) -> Mapping[str, Any]:
        """Describe a world (schema `World`)."""
        return {
            "name": world.name,
            "scenario": world.scenario,
            "token": self._tokens.token_for_world(world.name),
            "logs": len(world.store),
            "posted": world.store.posted,
            "faults": world.faults.show(),
            "clock": describe_clock(world.clock),
        }


def describe_clock(clock: WorldClock) -> Mapping[str, Any]:
    """Describe a clock (schema `Clock`)."""
    return {"now": format_timestamp(clock()), "frozen": clock.is_frozen, "real": clock.is_real}


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
