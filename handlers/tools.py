"""The control API's operations on what one world has: logs, faults, a clock; and its histogram."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from auditmock.errors import clock_out_of_range, invalid_body, no_logs, no_search
from auditmock.fixtures.admission import Admission, Record
from auditmock.fixtures.histogram import count_over_time
from auditmock.fixtures.mishaps import find_problems
from auditmock.fixtures.readings import Place, Reading, RecordsError
from auditmock.fixtures.worlds import World
from auditmock.handlers.atlas import Atlas, tell_clock
from auditmock.handlers.control import json_response
from auditmock.handlers.endpoints import ReplyResponse
from auditmock.handlers.understanding import Understanding
from auditmock.handlers.wire import NO_CONTENT
from auditmock.instants import LAST, SECOND, format_instant, parse_instant
from auditmock.models import Validation
from auditmock.openapi import Contract

_LATEST = parse_instant("9000-01-01T00:00:00Z")
"""What a clock shows at most: one that runs stays in the years there are."""


class Tools:
    """Works on worlds; everything it is given is valid in form."""

    def __init__(self, atlas: Atlas, contract: Contract, understanding: Understanding) -> None:
        self._atlas = atlas
        self._understanding = understanding
        self._actions = contract.enum("AuditAction")
        self._admission = Admission(contract)

    async def insert_logs(self, world: str, body: Sequence[Any]) -> Response:
        """Insert complete logs, all of them or none."""
        problems: list[Validation] = []
        records = list(self._admit(body, problems))
        if problems:
            raise no_logs(problems)
        opened = self._atlas.open(world)
        inserted = opened.store.insert(records)
        self._atlas.changed(opened)
        return json_response({"inserted": inserted, "known": len(records) - inserted})

    async def list_faults(self, world: str) -> Response:
        """List the faults that are set."""
        return json_response(self._atlas.find(world).mishaps.show())

    async def set_faults(self, world: str, body: Sequence[Mapping[str, Any]]) -> Response:
        """Set the faults of a world in the place of those it had; refuses (400) what makes no sense."""
        problems = [
            Validation(f"{number}.{field}", detail)
            for number, fault in enumerate(body)
            for field, detail in find_problems(fault)
        ]
        if problems:
            raise invalid_body(problems=problems)
        opened = self._atlas.open(world)
        opened.mishaps.set(body)
        self._atlas.changed(opened)
        return json_response(opened.mishaps.show())

    async def clear_faults(self, world: str) -> Response:
        """Take all faults out; a world that is not open has none."""
        for opened in self._atlas:
            if opened.name == world:
                opened.mishaps.set(())
                self._atlas.changed(opened)
        return ReplyResponse(NO_CONTENT)

    async def read_clock(self, world: str) -> Response:
        """Read the clock."""
        return json_response(tell_clock(self._atlas.find(world).clock))

    async def set_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        """Set the clock, freeze it or let it run."""
        now = parse_instant(body["now"]) if "now" in body else None
        opened = self._atlas.open(world)
        opened.clock.set(now, frozen=body.get("frozen"))
        return self._tell_clock(opened)

    async def advance_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        """Move the clock on."""
        opened = self._atlas.open(world)
        microseconds = round(body["seconds"] * SECOND)
        if opened.clock() + microseconds > _LATEST:
            raise clock_out_of_range(format_instant(_LATEST))
        opened.clock.advance(microseconds)
        return self._tell_clock(opened)

    async def release_clock(self, world: str) -> Response:
        """Give a world the real time again."""
        opened = self._atlas.open(world)
        opened.clock.release()
        self._atlas.changed(opened)
        return ReplyResponse(NO_CONTENT)

    async def get_histogram(self, world: str, bins: int, q: str = "") -> Response:
        """Count the logs of a world over time, by action."""
        store = self._atlas.find(world).store
        wanted, problems = self._understanding.filter(q, "")
        if problems:
            raise no_search(problems)
        found = count_over_time(store, wanted, "action", self._actions, bins)
        # the last bin ends behind the newest log, which may be the last there can be
        starts = [format_instant(min(start, LAST)) for start in found.starts]
        return json_response({"starts": starts, "actions": found.counts})

    def _admit(self, logs: Sequence[Any], problems: list[Validation]) -> Iterator[Record]:
        for number, log in enumerate(logs):
            place = Place("body", 1, number + 1)
            try:
                yield self._admission.admit(Reading(place, log))
            except RecordsError as error:
                reason = str(error).removeprefix(str(place)).lstrip(":, ")
                problems.append(Validation(str(number), reason))

    def _tell_clock(self, world: World) -> Response:
        self._atlas.changed(world)
        return json_response(tell_clock(world.clock))
