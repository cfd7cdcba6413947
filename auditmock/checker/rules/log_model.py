"""Audit logs as JSON objects, and which searches match them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from itertools import chain, zip_longest
from typing import Any

from auditmock.core.constants import NIL_UUID
from auditmock.core.timestamps import DAY, SECOND, parse_day, parse_timestamp
from auditmock.openapi.contract import Contract, SearchKey

_FAILED, _REDIRECTED = 400, 303
"""The lowest status of a failed request, and that of a redirect."""

Log = Mapping[str, Any]


def time_of(log: Log) -> int:
    return parse_timestamp(log["time"])


def is_test_log(log: Log) -> bool:
    """Whether testgenerate created the log, so that it describes no real request (reference 12.4)."""
    return [*log["diff"]] == ["foo"]


def matches(log: Log, key: SearchKey, value: str) -> bool:
    """Whether `key:value` finds a log, by the contract."""
    if key.match == "not_before":
        return time_of(log) >= parse_day(value)
    if key.match == "not_after":
        return time_of(log) < parse_day(value) + DAY
    if key.match == "not_after_its_last_second":
        return time_of(log) <= parse_day(value) + DAY - SECOND
    text = key.value_in(log)
    return (text if key.finds == "as_stored" else text.lower()) == value.lower()


def select(logs: Iterable[Log], key: SearchKey, value: str) -> list[Log]:
    """List the logs that `key:value` should find, in order."""
    return [log for log in logs if matches(log, key, value)]


def values_of(logs: Iterable[Log], key: SearchKey) -> list[str]:
    """List the distinct values of a key in these logs; days for dates."""
    found = {log["time"][:10] if key.type == "date" else key.value_in(log) for log in logs}
    listed = found & {*key.values} if key.values else found
    return sorted(value for value in listed if value not in {"", NIL_UUID} and '"' not in value)


def distinctive_value(logs: Sequence[Log], key: SearchKey) -> str:
    """Choose the value of a key that most nearly halves these logs; empty if there is none."""
    found = {value: len(select(logs, key, value)) for value in values_of(logs, key)}
    present = (value for value, count in found.items() if count)
    return min(present, key=lambda value: abs(2 * found[value] - len(logs)), default="")


def may_be_left_out(found: Sequence[Log], *keys: SearchKey) -> bool:
    """Whether a search may miss these logs, because their user may be deleted by now."""
    return bool(found) and any(key.finds == "present_users" for key in keys)


def term(key: SearchKey, value: str) -> str:
    """Return `key:value`, quoted if necessary."""
    return f'{key.name}:"{value}"' if set(value) & set(" :") else f"{key.name}:{value}"


def description_of(log: Log, contract: Contract) -> str:
    fields = contract.schema("AuditLog")["properties"]
    rules = fields["description"]["x-description"]
    names = fields["additional_fields"].get("x-build-fields", {})
    shown = next((name for name, fact in names.items() if fact == "build_number"), "build_number")
    # deployed servers ignore the letter case of names
    additional = {name.casefold(): value for name, value in (log["additional_fields"] or {}).items()}
    number = str(additional.get(shown.casefold()) or "")
    facts = {**log, "build_number": "known" if number else ""}
    if log["diff"] and log["status_code"] < _REDIRECTED:
        facts["changed"] = " ".join(sorted(log["diff"]))
        change = next(iter(log["diff"].values()))
        sides = {"from": change.get("old"), "to": change.get("new")}
        facts |= {name: value for name, value in sides.items() if isinstance(value, bool)}
    rule = next(rule for rule in rules["rules"] if rule["when"].items() <= facts.items())
    words = {
        "<verb>": _verb(log, rules),
        "<noun>": rules["nouns"][log["resource_type"]],
        "<build_number>": number,
    }
    text: str = rule["text"]
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text


def is_replaced(log: Log, contract: Contract) -> bool:
    """Whether a server replaced additional fields that it could not parse."""
    unfit = contract.schema("AuditLog")["properties"]["additional_fields"].get("x-unfit")
    return bool(unfit) and log["additional_fields"] == unfit


def link_form(log: Log, contract: Contract) -> str:
    """Return the pattern of a log's link by the contract; unknown parts match anything."""
    template = contract.schema("AuditLog")["properties"]["resource_link"]["x-link"].get(
        log["resource_type"], ""
    )
    fields = {**(log["additional_fields"] or {}), **log}
    parts = re.split("<([^>]+)>", template)
    filled = (re.escape(str(fields[name])) if fields.get(name) else "[^/]*" for name in parts[1::2])
    return "".join(chain.from_iterable(zip_longest(map(re.escape, parts[::2]), filled, fillvalue="")))


def _verb(log: Log, rules: Mapping[str, Any]) -> str:
    """Return the verb of the description; some releases mark failed attempts."""
    status = log["status_code"]
    outcome = "failed" if status >= _FAILED else "redirected" if status == _REDIRECTED else ""
    verb: str = rules.get("outcomes", {}).get(outcome, rules["verbs"][log["action"]])
    return verb.replace("<action>", log["action"])


def is_address(text: str) -> bool:
    """Whether a text is empty or an IP address."""
    try:
        return not text or bool(ip_address(text))
    except ValueError:
        return False
