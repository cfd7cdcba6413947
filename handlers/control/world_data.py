"""Operations of the control API on the logs, faults and clock of a world."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from auditmock.core.errors import clock_out_of_range, invalid_body, invalid_logs, log_exists, search_conflict
from auditmock.core.models import Validation
from auditmock.core.timestamps import LAST, SECOND, format_timestamp, parse_timestamp
from auditmock.fixtures.faults import find_problems
from auditmock.fixtures.importing.reader import InputFileError, LogLocation, RawRecord
from auditmock.fixtures.importing.validate import LogValidator, Record
from auditmock.fixtures.store.histogram import count_over_time
from auditmock.fixtures.store.store import LogExistsError
from auditmock.fixtures.worlds import World
from auditmock.handlers.control.worlds import WorldDirectory, describe_clock
from auditmock.handlers.endpoints import ReplyResponse, json_response
from auditmock.handlers.explain.search import SearchExplainer
from auditmock.handlers.messages.response import NO_CONTENT
from auditmock.openapi.contract import Contract

_LATEST = parse_timestamp("9000-01-01T00:00:00Z")
"""Latest time that a clock can be set to, so that it does not pass the year 9999 while it runs."""


class WorldOperations:
    """Operations on worlds; Connexion validates their arguments."""

    def __init__(self, worlds: WorldDirectory, contract: Contract, searches: SearchExplainer) -> None:
        self._worlds = worlds
        self._searches = searches
        self._actions = contract.enum("AuditAction")
        self._validator = LogValidator(contract)

    async def insert_logs(self, world: str, body: Sequence[Any]) -> Response:
        """Insert all of the complete logs, or none."""
        problems: list[Validation] = []
        records = list(self._validate(body, problems))
        if problems:
            raise invalid_logs(problems)
        opened = self._worlds.open(world)
        try:
            inserted = opened.store.insert(records)
        except LogExistsError as error:
            raise log_exists(error.log_id) from None
        self._worlds.publish_change(opened)
        return json_response({"inserted": inserted, "known": len(records) - inserted})

    async def list_faults(self, world: str) -> Response:
        return json_response(self._worlds.find(world).faults.show())

    async def set_faults(self, world: str, body: Sequence[Mapping[str, Any]]) -> Response:
        """Replace the faults of a world; raises ApiError (400) for fields that contradict each other."""
        problems = [
            Validation(f"{number}.{field}", detail)
            for number, fault in enumerate(body)
            for field, detail in find_problems(fault)
        ]
        if problems:
            raise invalid_body(problems=problems)
        opened = self._worlds.open(world)
        opened.faults.set(body)
        self._worlds.publish_change(opened)
        return json_response(opened.faults.show())

    async def clear_faults(self, world: str) -> Response:
        """Remove all faults of a world, open or not."""
        for opened in self._worlds:
            if opened.name == world:
                opened.faults.set(())
                self._worlds.publish_change(opened)
        return ReplyResponse(NO_CONTENT)

    async def read_clock(self, world: str) -> Response:
        return json_response(describe_clock(self._worlds.find(world).clock))

    async def set_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        now = parse_timestamp(body["now"]) if "now" in body else None
        opened = self._worlds.open(world)
        opened.clock.set(now, frozen=body.get("frozen"))
        return self._clock_response(opened)

    async def advance_clock(self, world: str, body: Mapping[str, Any]) -> Response:
        opened = self._worlds.open(world)
        microseconds = round(body["seconds"] * SECOND)
        if opened.clock() + microseconds > _LATEST:
            raise clock_out_of_range(format_timestamp(_LATEST))
        opened.clock.advance(microseconds)
        return self._clock_response(opened)

    async def release_clock(self, world: str) -> Response:
        opened = self._worlds.open(world)
        opened.clock.reset()
        self._worlds.publish_change(opened)
        return ReplyResponse(NO_CONTENT)

    async def get_histogram(self, world: str, bins: int, q: str = "") -> Response:
        """Count the logs of a world over time, by action."""
        store = self._worlds.find(world).store
        wanted, problems = self._searches.filter(q, "")
        if problems:
            raise search_conflict(problems)
        found = count_over_time(store, wanted, "action", self._actions, bins)
        # the last bin ends after the newest log, which may have the latest possible time
        starts = [format_timestamp(min(start, LAST)) for start in found.starts]
        return json_response({"starts": starts, "actions": found.counts})

    def _validate(self, logs: Sequence[Any], problems: list[Validation]) -> Iterator[Record]:
        for number, log in enumerate(logs):
            location = LogLocation("body", 1, number + 1)
            try:
                yield self._validator.validate(RawRecord(location, log))
            except InputFileError as error:
                reason = str(error).removeprefix(str(location)).lstrip(":, ")
                problems.append(Validation(str(number), reason))

    def _clock_response(self, world: World) -> Response:
        self._worlds.publish_change(world)
        return json_response(describe_clock(world.clock))
