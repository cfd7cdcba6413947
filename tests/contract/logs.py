"""Audit logs as the suite looks at them: plain JSON objects, and what search keys see in them."""

from collections.abc import Iterable, Mapping
from typing import Any

from auditmock.instants import DAY, parse_day, parse_instant
from auditmock.openapi import SearchKey

Log = Mapping[str, Any]


def instant(log: Log) -> int:
    """Tell when it happened."""
    return parse_instant(log["time"])


def matches(log: Log, key: SearchKey, value: str) -> bool:
    """Whether a log is what `key:value` asks for, by the contract's table."""
    if key.match == "not_before":
        return instant(log) >= parse_day(value)
    if key.match == "not_after":
        return instant(log) < parse_day(value) + DAY
    return key.value_in(log).lower() == value.lower()


def select(logs: Iterable[Log], key: SearchKey, value: str) -> list[Log]:
    """Pick the logs a search should find, in their order."""
    return [log for log in logs if matches(log, key, value)]


def values_of(logs: Iterable[Log], key: SearchKey) -> list[str]:
    """List the distinct values a key could be asked for in these logs; days for the dates."""
    found = {log["time"][:10] if key.type == "date" else key.value_in(log) for log in logs}
    return sorted(value for value in found if value and '"' not in value)


def element(key: SearchKey, value: str) -> str:
    """Write an element of a search, quoted where it must be."""
    return f'{key.name}:"{value}"' if set(value) & set(" :") else f"{key.name}:{value}"
