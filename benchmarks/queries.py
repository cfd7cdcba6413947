"""The mix: 400 different searches of the served history, with their expected counts."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, product
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

PAGE = 25
"""Page size of Coder's audit page."""

Log = Mapping[str, Any]
Terms = tuple[tuple[str, str], ...]
"""Pairs of a search key ("" for a bare term) and its value."""

_FIELDS: Mapping[str, Callable[[Log], str]] = {
    "": lambda log: str(log["resource_type"]),
    "resource_type": lambda log: str(log["resource_type"]),
    "resource_id": lambda log: str(log["resource_id"]),
    "resource_target": lambda log: str(log["resource_target"]),
    "action": lambda log: str(log["action"]),
    "username": lambda log: str(log["user"]["username"]) if log["user"] else "",
    "email": lambda log: str(log["user"]["email"]) if log["user"] else "",
    "build_reason": lambda log: str(log["additional_fields"].get("build_reason", "")),
}
_ENUMS = ("resource_type", "action", "build_reason")

_PRESETS: Sequence[Terms] = tuple(
    (("resource_type", resource_type), ("action", action))
    for resource_type, action in (
        ("workspace", "create"),
        ("template", "create"),
        ("user", "create"),
        ("template", "delete"),
        ("user", "delete"),
    )
)
"""The preset filters of Coder's audit page (reference 14.1)."""

_MIX = {
    "everything": 40,
    "preset": 60,
    "enum": 60,
    "bare term": 20,
    "two enums": 50,
    "username": 40,
    "email": 20,
    "resource_id": 30,
    "resource_target": 20,
    "dates": 40,
    "username and dates": 20,
}
"""The number of searches of each kind."""


class Query(NamedTuple):
    """One request for a page, with the expected count."""

    kind: str
    terms: Terms
    offset: int
    matches: int

    @property
    def q(self) -> str:
        """The text of the search."""
        return " ".join(f"{key}:{value}" if key else value for key, value in self.terms)

    @property
    def target(self) -> str:
        """The query string in the form of Coder's audit page."""
        return f"offset={self.offset}&limit={PAGE}&q={quote_plus(self.q)}"

    @property
    def rows(self) -> int:
        """The expected number of logs on the page."""
        return max(0, min(PAGE, self.matches - self.offset))


def read_history(fetch: Callable[[str], bytes], size: int) -> list[Log]:
    """Read the whole history; `fetch` returns the body for a query string."""
    logs: list[Log] = json.loads(fetch(urlencode({"q": "", "limit": size})))["audit_logs"]
    return logs


def make_mix(logs: Sequence[Log]) -> list[Query]:
    """Make the mix, deterministic for the same logs; pages are full if the search has enough matches."""
    rng = random.Random(400)
    mix: dict[tuple[str, int], Query] = {}
    for kind, searches in _searches(logs).items():
        wanted = len(mix) + _MIX[kind]
        counted = [(terms, sum(holds(log, terms) for log in logs)) for terms in searches[: _MIX[kind]]]
        for terms, count in cycle(counted):
            if len(mix) == wanted:
                break
            query = Query(kind, terms, rng.randrange(max(1, count - PAGE + 1)), count)
            mix.setdefault((query.q, query.offset), query)
    queries = list(mix.values())
    rng.shuffle(queries)
    return queries


def holds(log: Log, terms: Terms) -> bool:
    """Whether a log matches, by a straightforward comparison."""
    return all(_holds(log, key, value) for key, value in terms)


def _holds(log: Log, key: str, value: str) -> bool:
    if key == "date_from":
        return bool(log["time"][:10] >= value)
    if key == "date_to":
        return bool(log["time"][:10] <= value)
    return _FIELDS[key](log).lower() == value


def _searches(logs: Sequence[Log]) -> dict[str, Sequence[Terms]]:
    """List the searches of each kind that match the most logs."""
    enums = {key: [value for ((_, value),) in _common(logs, key)] for key in _ENUMS}
    months = sorted({log["time"][:7] for log in logs})[1:]
    dates = [(("date_from", f"{month}-03"), ("date_to", f"{month}-27")) for month in months]
    users = _common(logs, "username")
    return {
        "everything": [()],
        "preset": _PRESETS,
        "enum": [((key, value),) for key in _ENUMS for value in enums[key]],
        "bare term": [(("", value),) for value in enums["resource_type"]],
        "two enums": _pairs(logs, enums),
        "username": users,
        "email": _common(logs, "email"),
        "resource_id": _common(logs, "resource_id"),
        "resource_target": _common(logs, "resource_target"),
        "dates": [*dates, *((first,) for first, _ in dates)],
        "username and dates": [(*user, dates[2][0]) for user in users],
    }


def _common(logs: Sequence[Log], key: str) -> list[Terms]:
    """List the searches for one value of a key, most frequent first."""
    counts = Counter(_FIELDS[key](log).lower() for log in logs)
    values = [value for value, _ in counts.most_common() if value and not set(value) & set(' ":')]
    return [((key, value),) for value in values]


def _pairs(logs: Sequence[Log], enums: Mapping[str, Sequence[str]]) -> list[Terms]:
    pairs: Iterator[Terms] = (
        (("resource_type", kind), ("action", action))
        for kind, action in product(enums["resource_type"], enums["action"])
    )
    return [pair for pair in pairs if sum(holds(log, pair) for log in logs) >= PAGE]
