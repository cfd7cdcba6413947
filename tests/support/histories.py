"""Histories and stores for tests, with decoded logs and a reference search in plain Python."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from auditmock.core.models import Filter, NewLog, Page, SearchResult
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.encoding.description import LogDescriptions
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.history_config import HistoryConfig
from auditmock.fixtures.segments.segment import Segment
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.store import Store
from auditmock.fixtures.store.world_clock import Clock
from auditmock.openapi.contract import Contract, load_contract

Log = dict[str, Any]

CONTRACT = load_contract()
DESCRIPTIONS = LogDescriptions(CONTRACT)
UNTIL = parse_timestamp("2026-01-01T00:00:00Z")
NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
ALL = Page(10**6)
"""A page that holds all logs."""
NO_VALUE = "no reason"
"""A value that no search contains."""

FIELD_OF_KEY: Mapping[str, Callable[[Log], str]] = {
    "resource_type": lambda log: str(log["resource_type"]),
    "resource_id": lambda log: str(log["resource_id"]),
    "resource_target": lambda log: str(log["resource_target"]),
    "action": lambda log: str(log["action"]),
    "username": lambda log: str(log["user"]["username"]) if log["user"] else NO_VALUE,
    "email": lambda log: str(log["user"]["email"]) if log["user"] else NO_VALUE,
    "build_reason": lambda log: (
        str(log["additional_fields"].get("build_reason", NO_VALUE))
        if log["resource_type"] == "workspace_build"
        else NO_VALUE
    ),
}
"""The field that each search key matches."""


def make_history(
    seed: int = 1, logs: int = 300, until: int = UNTIL, contract: Contract = CONTRACT
) -> History:
    """Make a history, by default of the documented release."""
    return History(HistoryConfig(seed, logs, until), contract)


def open_store(history: History, clock: Clock = lambda: NOW, contract: Contract = CONTRACT) -> Store:
    """Make a store on a history, by default with the clock frozen at `NOW`."""
    writer = PostWriter(
        history, (history,), history.descriptions, contract.enum("AuditAction"), contract.enum("ResourceType")
    )
    return Store(writer, clock)


def new_log(**fields: Any) -> NewLog:
    """Make a log to post, with defaults."""
    return NewLog("write", "user", None, None, "127.0.0.1", "curl/8.5.0")._replace(**fields)


def decode(segment: Segment) -> list[Log]:
    """Decode all logs of a segment."""
    return [json.loads(segment.log(position)) for position in range(len(segment))]


def read_page(found: SearchResult) -> list[Log]:
    """Decode the logs of a page."""
    return [json.loads(row) for row in chain.from_iterable(found.blocks)]


def find(store: Store, wanted: Filter | None = None, page: Page = ALL) -> list[Log]:
    """Search a store and decode the page."""
    return read_page(store.find(wanted or Filter(), page))


def order(log: Log) -> tuple[int, str]:
    """Sort key of a log: newest first, then by id."""
    return -parse_timestamp(log["time"]), log["id"]


def fits(log: Log, wanted: Filter) -> bool:
    """Whether a log matches a filter."""
    time = parse_timestamp(log["time"])
    early = wanted.since is not None and time < wanted.since
    late = wanted.until is not None and time > wanted.until
    return not (early or late) and all(FIELD_OF_KEY[key](log).lower() == value for key, value in wanted.equal)


def search(logs: Iterable[Log], wanted: Filter) -> list[Log]:
    """Search in plain Python."""
    return sorted((log for log in logs if fits(log, wanted)), key=order)


def cut_page(matches: Sequence[Log], page: Page, after: Log | None = None) -> list[Log]:
    """Slice a page out of sorted matches in plain Python."""
    rest = [log for log in matches if after is None or order(log) > order(after)]
    return rest[page.offset : page.offset + page.limit]
