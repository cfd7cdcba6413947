"""Faults of order: which log comes first."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from fault import about
from listing import rearrange
from rewriting import Log, rewrite_logs, sometimes

fault = about("order")


def _reverse_groups(logs: list[Log], key: Callable[[Log], Any]) -> list[Log]:
    return [log for _, group in groupby(logs, key) for log in reversed(list(group))]


def _sort_newest_first(logs: list[Log], key: Callable[[Log], Any]) -> list[Log]:
    return sorted(sorted(logs, key=lambda log: log["id"]), key=key, reverse=True)


_reverse_ties = rearrange(lambda logs, _: _reverse_groups(logs, lambda log: log["time"]))

FAULTS = (
    fault("oldest-first", "Lists start with the oldest log.", rearrange(lambda logs, _: logs[::-1])),
    fault(
        "second-page-oldest-first",
        "Every page but the first shows its logs oldest first.",
        rewrite_logs(lambda logs, request: logs[::-1] if request.number("offset", 0) else logs),
    ),
    fault(
        "searches-oldest-first",
        "What a search finds is listed oldest first.",
        rearrange(lambda logs, request: logs[::-1] if request.first("q") else logs),
    ),
    fault(
        "ordered-by-id",
        "Lists are ordered by id alone.",
        rearrange(lambda logs, _: sorted(logs, key=lambda log: log["id"])),
    ),
    fault("ties-by-descending-id", "Logs of the same instant are ordered by id, descending.", _reverse_ties),
    fault(
        "ties-change-places",
        "Logs of the same instant change places with every other request.",
        sometimes(_reverse_ties, 2),
    ),
    fault(
        "ordered-by-whole-seconds",
        "The order looks at whole seconds of time only.",
        rearrange(lambda logs, _: _sort_newest_first(logs, lambda log: log["time"][:19])),
    ),
    fault(
        "ordered-by-time-as-text",
        "Times are ordered as texts, so that a second comes after all its fractions.",
        rearrange(lambda logs, _: _sort_newest_first(logs, lambda log: log["time"])),
    ),
    fault(
        "days-newest-first-only",
        "Days are listed newest first, but the logs of each day oldest first.",
        rearrange(lambda logs, _: _reverse_groups(logs, lambda log: log["time"][:10])),
    ),
    fault(
        "full-page-ends-swapped",
        "The last two logs of a full page have changed places.",
        rewrite_logs(
            lambda logs, request: (
                [*logs[:-2], logs[-1], logs[-2]]
                if len(logs) == (request.number("limit", 0) or 100) > 1
                else logs
            )
        ),
    ),
    fault(
        "user-search-grouped-by-type",
        "What a search for a username finds is ordered by resource type first.",
        rearrange(
            lambda logs, request: (
                sorted(logs, key=lambda log: log["resource_type"])
                if "username" in request.first("q").lower()
                else logs
            )
        ),
    ),
    fault(
        "start-logs-first",
        "Logs of the action start are listed before all others.",
        rearrange(lambda logs, _: sorted(logs, key=lambda log: log["action"] != "start")),
    ),
)
