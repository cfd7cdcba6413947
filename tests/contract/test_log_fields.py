"""Checks of a single log: its fields agree with each other."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Violation, expect
from auditmock.checker.page import listed
from auditmock.checker.rules.log_rules import (
    Rule,
    an_address,
    fitting_description,
    fitting_link,
    hidden_secrets,
    is_zero,
    no_change_by_failure,
    no_link_to_what_is_gone,
    real_changes,
    utc,
)
from auditmock.checker.rules.logs import Log, is_test
from auditmock.openapi.contract import Contract

pytestmark = pytest.mark.check("properties", "rows", "#/components/schemas/AuditLog")

FAILED, MANY = 400, 10
NIL = "00000000-0000-0000-0000-000000000000"
SHORTEST_KEY = 40


def properties(contract: Contract) -> Mapping[str, Any]:
    """Give the fields of a log, as the contract has them."""
    fields: Mapping[str, Any] = contract.schema("AuditLog")["properties"]
    return fields


def judge(logs: Sequence[Log], rule: Rule, contract: Contract) -> None:
    """Go on if a rule holds for each log."""
    for log in logs:
        breach = rule(log, contract)
        if breach:
            raise Violation(*breach)


def test_the_description_fits(gallery: Sequence[Log], contract: Contract) -> None:
    """The description is the contract's template for this action and type."""
    judge(gallery, fitting_description, contract)


def test_the_link_fits(gallery: Sequence[Log], contract: Contract) -> None:
    """A link has the form of its type, filled from the log itself, and types without pages have none."""
    judge(gallery, fitting_link, contract)


def test_some_links_lead(gallery: Sequence[Log], contract: Contract) -> None:
    """Of what has pages and is still there, not all of many logs lack a link, unless rights may hide it."""
    forms = properties(contract)["resource_link"]["x-link"]
    for kind in sorted(forms.keys() - {*contract.server.get("unseen", {}).get("resource_types", ())}):
        links = [
            log["resource_link"]
            for log in gallery
            if log["resource_type"] == kind and not log["is_deleted"] and log["request_id"] != NIL
        ]
        expect(len(links) < MANY or any(links), f"a link in a log of a {kind}", f"{len(links)} without one")


def test_what_is_gone_has_no_link(gallery: Sequence[Log], contract: Contract) -> None:
    """A deleted resource has no link, and only some types can be deleted."""
    judge(gallery, no_link_to_what_is_gone, contract)


def test_what_was_deleted_is_gone(target: Client, gallery: Sequence[Log], contract: Contract) -> None:
    """Once a deletion has succeeded, every log about the resource says that it is gone."""
    deletable = properties(contract)["is_deleted"]["x-deletable"]
    deleted = [
        log
        for log in gallery
        if log["action"] == "delete"
        and log["resource_type"] in deletable
        and log["status_code"] < FAILED
        and log["request_id"] != NIL
    ]
    if not deleted:
        pytest.skip("nothing was deleted")
    for log in deleted:
        expect(log["is_deleted"], f"is_deleted in {log['id']}, a deletion", log["is_deleted"])
    kind, resource = (deleted[0][name] for name in ("resource_type", "resource_id"))
    page = listed(target, f"resource_id:{resource} resource_type:{kind}")
    others = [log["id"] for log in page.logs if not log["is_deleted"]]
    expect(not others, "is_deleted in every log of what was deleted", others, page.exchange)


def test_ssh_keys_are_named_by_themselves(gallery: Sequence[Log]) -> None:
    """The `resource_target` of an SSH key is the whole public key."""
    for log in gallery:
        if log["resource_type"] == "git_ssh_key" and log["request_id"] != NIL and log["resource_target"]:
            kind, _, key = log["resource_target"].strip().partition(" ")
            expect(
                is_key(kind, key.partition(" ")[0]),
                f"a public key in {log['id']}",
                log["resource_target"],
            )


def is_key(kind: str, key: str) -> bool:
    """Tell whether this is a public key of SSH, whose bytes begin with the length and name of its kind."""
    try:
        raw = b64decode(key, validate=True)
    except ValueError:
        return False
    return raw[4 : 4 + len(kind)] == kind.encode() and len(raw) > SHORTEST_KEY


def test_secrets_do_not_show(gallery: Sequence[Log], contract: Contract) -> None:
    """A secret field of a diff holds the zero value of its type, or nothing."""
    judge(gallery, hidden_secrets, contract)


def test_nothing_changes_when_it_fails(gallery: Sequence[Log], contract: Contract) -> None:
    """A request that failed has an empty diff."""
    judge(gallery, no_change_by_failure, contract)


def test_a_change_is_a_change(gallery: Sequence[Log], contract: Contract) -> None:
    """No field of a diff is the same before and after, unless it is secret, and none is null."""
    judge(gallery, real_changes, contract)


@pytest.mark.parametrize(("action", "less", "more"), [("create", "old", "new"), ("delete", "new", "old")])
def test_what_is_made_or_deleted_is_on_one_side(
    gallery: Sequence[Log], action: str, less: str, more: str
) -> None:
    """The diff of a creation tells more values behind than before, that of a deletion more before."""
    for log in gallery:
        if log["action"] == action and log["request_id"] != NIL:
            # a user who is deleted is only marked so
            changes = [change for name, change in log["diff"].items() if name != "deleted"]
            few, many = (sum(not is_zero(each.get(side)) for each in changes) for side in (less, more))
            secret = any(each["secret"] for each in changes)
            told = f"{few} {less}, {many} {more}"
            expect(few <= many or secret, f"more {more} values than {less} in {log['id']}", told)


@pytest.mark.parametrize("action", ["create", "write", "delete"])
def test_some_diffs_tell(gallery: Sequence[Log], action: str) -> None:
    """Many successful changes of users, templates and workspaces show what was before, or what is behind."""
    sides = {"create": ["new"], "write": ["old", "new"], "delete": ["old"]}[action]
    diffs = [
        log["diff"]
        for log in gallery
        if log["action"] == action
        and log["resource_type"] in {"user", "template", "workspace"}
        and log["status_code"] < FAILED
        and log["request_id"] != NIL
    ]
    for side in sides:
        told = any(side in change for diff in diffs for change in diff.values())
        expect(len(diffs) < MANY or told, f"a diff with {side} in it", f"{len(diffs)} without")


def test_times_are_in_utc(gallery: Sequence[Log], contract: Contract) -> None:
    """Every time ends in `Z`, and a log's own has at most six digits of a second's fraction."""
    judge(gallery, utc, contract)


def test_only_builds_tell_of_builds(gallery: Sequence[Log]) -> None:
    """A `build_reason` stands in the logs of builds and of what runs in them, and in no others."""
    for log in gallery:
        told = (log["additional_fields"] or {}).get("build_reason")
        expect(
            not told or log["resource_type"].startswith("workspace_") or is_test(log),
            f"no build_reason in {log['id']}, a {log['resource_type']}",
            log["additional_fields"],
        )


def test_addresses_are_addresses(gallery: Sequence[Log], contract: Contract) -> None:
    """`ip` is empty or an address of version 4 or 6."""
    judge(gallery, an_address, contract)


def test_builds_tell_what_was_built(gallery: Sequence[Log], contract: Contract) -> None:
    """Logs of builds name the workspace, the build and its reason, and come from no browser."""
    if "build_reason" not in contract.search.keys:
        pytest.skip("the release has no reasons of builds")
    reasons = contract.search.keys["build_reason"].values
    tracked = {*contract.schema("AuditLog")["properties"]["diff"].get("x-build-diff", ())}
    for log in gallery:
        if log["resource_type"] == "workspace_build" and not is_test(log):
            extra = log["additional_fields"] or {}
            told = {"workspace_name", "build_number", "build_reason"} <= extra.keys()
            expect(told and extra["build_reason"] in reasons, f"facts of the build in {log['id']}", extra)
            changed = sorted({*log["diff"]} - tracked)
            expect(not changed, f"no such diff in {log['id']}, a build", changed)
            number, status = extra["build_number"], log["status_code"]
            expect(isinstance(number, str), f"a build number as text in {log['id']}", number)
            expect(status in {200, 500}, f"status 200 or 500 of {log['id']}, a build", status)
