"""Rules for single logs: each returns what was expected and what was seen, or None."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from auditmock.checker.rules.log_model import Log, description_of, is_address, is_replaced, link_form
from auditmock.openapi.contract import Contract

RuleViolation = tuple[str, object] | None
Rule = Callable[[Log, Contract], RuleViolation]

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
MICROS = re.compile(r"[^.]+(\.\d{1,6})?Z")
_FAILED = 400
_ZERO: Sequence[object] = (
    *(None, "", 0, False, [], {}, "0001-01-01T00:00:00Z"),
    "00000000-0000-0000-0000-000000000000",
)


def is_zero(value: Any) -> bool:
    """Whether a value is None or the zero value of its type."""
    return value in _ZERO


def description_fits(log: Log, contract: Contract) -> RuleViolation:
    """Check that the description follows the template for the action and type."""
    wanted = description_of(log, contract)
    if log["description"] == wanted or is_replaced(log, contract):
        return None
    return f"the description {wanted!r} of log {log['id']}", repr(log["description"])


def link_fits(log: Log, contract: Contract) -> RuleViolation:
    """Check that the link follows the template of the type, or is empty."""
    form, link = link_form(log, contract), log["resource_link"]
    if link == "" or is_replaced(log, contract) or re.fullmatch(form, link):
        return None
    return f"no link, or one that matches {form}, in log {log['id']}", link


def deleted_has_no_link(log: Log, contract: Contract) -> RuleViolation:
    """Check that a deleted resource has no link and a deletable type."""
    deletable = contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"]
    if not log["is_deleted"] or (log["resource_link"] == "" and log["resource_type"] in deletable):
        return None
    return f"a deleted log {log['id']} to have no link and a type of {deletable}", log


def secrets_are_hidden(log: Log, _: Contract) -> RuleViolation:
    """Check that secret fields of a diff have zero values or none."""
    for name, change in log["diff"].items():
        if change["secret"] and not (is_zero(change.get("old")) and is_zero(change.get("new"))):
            return f"an empty secret {name} in log {log['id']}", "a value (not shown)"
    return None


def failure_changes_nothing(log: Log, _: Contract) -> RuleViolation:
    """Check that a failed request has an empty diff."""
    if log["status_code"] < _FAILED or not log["diff"]:
        return None
    return f"an empty diff in log {log['id']} with status {log['status_code']}", sorted(log["diff"])


def changes_differ(log: Log, _: Contract) -> RuleViolation:
    """Check that every field of a diff has different values, unless it is secret, and none is null."""
    for name, change in log["diff"].items():
        if any(change.get(side, "") is None for side in ("old", "new")):
            return f"no null in {name} of log {log['id']}", change
        same = "old" in change and "new" in change and change["old"] == change["new"]
        if same and not change["secret"]:
            return f"different values of {name} in log {log['id']}", change
    return None


def times_are_utc(log: Log, _: Contract) -> RuleViolation:
    """Check that every time ends in `Z`, and that of the log has at most six fractional digits."""
    user = log["user"] or {}
    times = [log["time"], *(user[name] for name in ("created_at", "last_seen_at") if name in user)]
    if not all(UTC.fullmatch(time) for time in times):
        return f"UTC times in log {log['id']}", times
    if not MICROS.fullmatch(log["time"]):
        return f"at most six fractional digits in log {log['id']}", log["time"]
    return None


def ip_is_address(log: Log, _: Contract) -> RuleViolation:
    """Check that `ip` is empty or an IPv4 or IPv6 address."""
    return None if is_address(log["ip"]) else (f"an IP address in log {log['id']}", log["ip"])


RULES: Sequence[Rule] = (
    *(description_fits, link_fits, deleted_has_no_link, secrets_are_hidden, failure_changes_nothing),
    *(changes_differ, times_are_utc, ip_is_address),
)
"""The rules for every log."""
