"""Faults of the order of logs."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from fault import about
from listing import change_list
from rewriting import Log, rewrite_logs, sometimes

fault = about("order")


def _reverse_groups(logs: list[Log], key: Callable[[Log], Any]) -> list[Log]:
    return [log for _, group in groupby(logs, key) for log in reversed(list(group))]


def _sort_newest_first(logs: list[Log], key: Callable[[Log], Any]) -> list[Log]:
    return sorted(sorted(logs, key=lambda log: log["id"]), key=key, reverse=True)


_reverse_ties = change_list(lambda logs, _: _reverse_groups(logs, lambda log: log["time"]))

FAULTS = (
    fault("oldest-first", "Lists are sorted oldest first.", change_list(lambda logs, _: logs[::-1])),
    fault(
        "second-page-oldest-first",
        "Every page but the first is sorted oldest first.",
        rewrite_logs(lambda logs, request: logs[::-1] if request.number("offset", 0) else logs),
    ),
    fault(
        "searches-oldest-first",
        "Search results are sorted oldest first.",
        change_list(lambda logs, request: logs[::-1] if request.first("q") else logs),
    ),
    fault(
        "ordered-by-id",
        "Lists are sorted by id alone.",
        change_list(lambda logs, _: sorted(logs, key=lambda log: log["id"])),
    ),
    fault("ties-by-descending-id", "Logs with the same time are sorted by id, descending.", _reverse_ties),
    fault(
        "ties-alternate",
        "The order of logs with the same time alternates between requests.",
        sometimes(_reverse_ties, 2),
    ),
    fault(
        "ordered-by-whole-seconds",
        "The order ignores fractions of seconds.",
        change_list(lambda logs, _: _sort_newest_first(logs, lambda log: log["time"][:19])),
    ),
    fault(
        "ordered-by-time-as-text",
        "Times are sorted as text, so a whole second sorts after its fractions.",
        change_list(lambda logs, _: _sort_newest_first(logs, lambda log: log["time"])),
    ),
    fault(
        "days-newest-first-only",
        "The logs of each day are sorted oldest first.",
        change_list(lambda logs, _: _reverse_groups(logs, lambda log: log["time"][:10])),
    ),
    fault(
        "full-page-ends-swapped",
        "The last two logs of a full page are swapped.",
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
        "The results of a username search are sorted by resource type.",
        change_list(
            lambda logs, request: (
                sorted(logs, key=lambda log: log["resource_type"])
                if "username" in request.first("q").lower()
                else logs
            )
        ),
    ),
    fault(
        "start-logs-first",
        "Logs of starts come before all others.",
        change_list(lambda logs, _: sorted(logs, key=lambda log: log["action"] != "start")),
    ),
)
