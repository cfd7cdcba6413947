"""What is wrong with a single log by itself, told as what it should be and what it is."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from auditmock.checker.rules.logs import Log, description_of, is_address, is_replaced, link_form
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
    """Tell whether a value is the zero one of its type, or nothing."""
    return value in _ZERO


def fitting_description(log: Log, contract: Contract) -> RuleViolation:
    """Hold the description: it is the contract's template for this action and type."""
    wanted = description_of(log, contract)
    if log["description"] == wanted or is_replaced(log, contract):
        return None
    return f"{wanted!r} for {log['id']}", repr(log["description"])


def fitting_link(log: Log, contract: Contract) -> RuleViolation:
    """Hold the link: it has the form of its type, filled from the log itself."""
    form, link = link_form(log, contract), log["resource_link"]
    if link == "" or is_replaced(log, contract) or re.fullmatch(form, link):
        return None
    return f"nothing or {form} for {log['id']}", link


def no_link_to_what_is_gone(log: Log, contract: Contract) -> RuleViolation:
    """Hold the end: a deleted resource has no link, and only some types can be deleted."""
    deletable = contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"]
    if not log["is_deleted"] or (log["resource_link"] == "" and log["resource_type"] in deletable):
        return None
    return f"no link, and a type of {deletable}, for {log['id']}", log


def hidden_secrets(log: Log, _: Contract) -> RuleViolation:
    """Hold the secrets: a secret field of a diff holds the zero value of its type, or nothing."""
    for name, change in log["diff"].items():
        if change["secret"] and not (is_zero(change.get("old")) and is_zero(change.get("new"))):
            return f"nothing of {name} in {log['id']}", "a value that is not shown here either"
    return None


def no_change_by_failure(log: Log, _: Contract) -> RuleViolation:
    """Hold the failures: a request that failed has an empty diff."""
    if log["status_code"] < _FAILED or not log["diff"]:
        return None
    return f"an empty diff for {log['id']}, status {log['status_code']}", sorted(log["diff"])


def real_changes(log: Log, _: Contract) -> RuleViolation:
    """No field of a diff is the same before and after, unless it is secret, and none is null."""
    for name, change in log["diff"].items():
        if any(change.get(side, "") is None for side in ("old", "new")):
            return f"null left out of {name} in {log['id']}", change
        same = "old" in change and "new" in change and change["old"] == change["new"]
        if same and not change["secret"]:
            return f"a change of {name} in {log['id']}", change
    return None


def utc(log: Log, _: Contract) -> RuleViolation:
    """Every time ends in `Z`, and a log's own has at most six digits of a second's fraction."""
    user = log["user"] or {}
    times = [log["time"], *(user[name] for name in ("created_at", "last_seen_at") if name in user)]
    if not all(UTC.fullmatch(time) for time in times):
        return f"UTC in {log['id']}", times
    if not MICROS.fullmatch(log["time"]):
        return f"at most six digits of a second's fraction in {log['id']}", log["time"]
    return None


def an_address(log: Log, _: Contract) -> RuleViolation:
    """`ip` is empty or an address of version 4 or 6."""
    return None if is_address(log["ip"]) else (f"an address in {log['id']}", log["ip"])


RULES: Sequence[Rule] = (
    *(fitting_description, fitting_link, no_link_to_what_is_gone, hidden_secrets, no_change_by_failure),
    *(real_changes, utc, an_address),
)
"""What holds for every log a server ever shows."""
