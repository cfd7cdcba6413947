"""Audit logs as the suite looks at them: plain JSON objects, and what search keys see in them."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
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


def description_of(log: Log, rules: Mapping[str, Any]) -> str:
    """Write a log's description by the contract's rules."""
    extra = log["additional_fields"] or {}
    number = str(extra.get("build_number", ""))
    facts = {**log, "build_number": "known" if number else ""}
    rule = next(
        rule for rule in rules["rules"] if all(facts[name] == value for name, value in rule["when"].items())
    )
    words = {
        "<verb>": rules["verbs"][log["action"]],
        "<noun>": rules["nouns"][log["resource_type"]],
        "<build_number>": number,
    }
    text: str = rule["text"]
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text


def is_address(text: str) -> bool:
    """Tell whether a text is an address of the internet, or nothing."""
    try:
        return not text or bool(ip_address(text))
    except ValueError:
        return False
