"""Histories and stores to test on, their logs decoded, and a search in plain Python to compare with."""

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
"""A page that holds everything."""
NO_REASON = "no reason"
"""What no search asks for."""

LOOKS_AT: Mapping[str, Callable[[Log], str]] = {
    "resource_type": lambda log: str(log["resource_type"]),
    "resource_id": lambda log: str(log["resource_id"]),
    "resource_target": lambda log: str(log["resource_target"]),
    "action": lambda log: str(log["action"]),
    "username": lambda log: str(log["user"]["username"]) if log["user"] else NO_REASON,
    "email": lambda log: str(log["user"]["email"]) if log["user"] else NO_REASON,
    "build_reason": lambda log: (
        str(log["additional_fields"].get("build_reason", NO_REASON))
        if log["resource_type"] == "workspace_build"
        else NO_REASON
    ),
}
"""What each search key looks at in a log."""


def tell_history(
    seed: int = 1, logs: int = 300, until: int = UNTIL, contract: Contract = CONTRACT
) -> History:
    """Make a history, of the documented release unless another contract is given."""
    return History(HistoryConfig(seed, logs, until), contract)


def open_store(history: History, clock: Clock = lambda: NOW, contract: Contract = CONTRACT) -> Store:
    """Make a store on a history, its clock frozen at `NOW` unless one is given."""
    writer = PostWriter(
        history, (history,), history.descriptions, contract.enum("AuditAction"), contract.enum("ResourceType")
    )
    return Store(writer, clock)


def new_log(**fields: Any) -> NewLog:
    """Make a log to post, with defaults for what is not given."""
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
    """Say where a log belongs in a list: newest first, ties by id."""
    return -parse_timestamp(log["time"]), log["id"]


def fits(log: Log, wanted: Filter) -> bool:
    """Tell whether a log is what a filter asks for."""
    time = parse_timestamp(log["time"])
    early = wanted.since is not None and time < wanted.since
    late = wanted.until is not None and time > wanted.until
    return not (early or late) and all(LOOKS_AT[key](log).lower() == value for key, value in wanted.equal)


def search(logs: Iterable[Log], wanted: Filter) -> list[Log]:
    """Search in plain Python."""
    return sorted((log for log in logs if fits(log, wanted)), key=order)


def cut_page(matches: Sequence[Log], page: Page, after: Log | None = None) -> list[Log]:
    """Cut a page out of sorted matches in plain Python."""
    behind = [log for log in matches if after is None or order(log) > order(after)]
    return behind[page.offset : page.offset + page.limit]
