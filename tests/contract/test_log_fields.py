"""Checks of single logs: their fields agree with each other."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Violation, expect
from auditmock.checker.log_page import list_logs
from auditmock.checker.rules.log_model import Log, is_test_log
from auditmock.checker.rules.log_rules import (
    Rule,
    changes_differ,
    deleted_has_no_link,
    description_fits,
    failure_changes_nothing,
    ip_is_address,
    is_zero,
    link_fits,
    secrets_are_hidden,
    times_are_utc,
)
from auditmock.openapi.contract import Contract

pytestmark = pytest.mark.check("properties", "fields", "#/components/schemas/AuditLog")

FIRST_FAILED_STATUS, ENOUGH = 400, 10
NIL = "00000000-0000-0000-0000-000000000000"
SHORTEST_KEY = 40


def properties(contract: Contract) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = contract.schema("AuditLog")["properties"]
    return fields


def expect_rule(logs: Sequence[Log], rule: Rule, contract: Contract) -> None:
    for log in logs:
        violation = rule(log, contract)
        if violation:
            raise Violation(*violation)


def test_description_follows_its_template(varied_logs: Sequence[Log], contract: Contract) -> None:
    """`description` follows the contract's template for the action and the resource type."""
    expect_rule(varied_logs, description_fits, contract)


def test_resource_link_follows_its_template(varied_logs: Sequence[Log], contract: Contract) -> None:
    """`resource_link` is empty or follows the template of the resource type, filled from the log."""
    expect_rule(varied_logs, link_fits, contract)


def test_existing_resources_have_links(varied_logs: Sequence[Log], contract: Contract) -> None:
    """Existing resources that have a page have a link in at least one of many logs."""
    forms = properties(contract)["resource_link"]["x-link"]
    for kind in sorted(forms.keys() - {*contract.server.get("unseen", {}).get("resource_types", ())}):
        links = [
            log["resource_link"]
            for log in varied_logs
            if log["resource_type"] == kind and not log["is_deleted"] and log["request_id"] != NIL
        ]
        expect(
            len(links) < ENOUGH or any(links),
            f"a link in a log of a {kind}",
            f"{len(links)} logs without a link",
        )


def test_deleted_resources_have_no_link(varied_logs: Sequence[Log], contract: Contract) -> None:
    """A deleted resource has no link, and only the contract's deletable types are marked as deleted."""
    expect_rule(varied_logs, deleted_has_no_link, contract)


def test_deleted_resource_is_marked_in_every_log(
    target: Client, varied_logs: Sequence[Log], contract: Contract
) -> None:
    """After a successful deletion, every log of the resource has `is_deleted` set."""
    deletable = properties(contract)["is_deleted"]["x-deletable"]
    deleted = [
        log
        for log in varied_logs
        if log["action"] == "delete"
        and log["resource_type"] in deletable
        and log["status_code"] < FIRST_FAILED_STATUS
        and log["request_id"] != NIL
    ]
    if not deleted:
        pytest.skip("no log of a deletion")
    for log in deleted:
        expect(log["is_deleted"], f"is_deleted in log {log['id']}, a deletion", log["is_deleted"])
    kind, resource = (deleted[0][name] for name in ("resource_type", "resource_id"))
    page = list_logs(target, f"resource_id:{resource} resource_type:{kind}")
    others = [log["id"] for log in page.logs if not log["is_deleted"]]
    expect(not others, "is_deleted in every log of the deleted resource", others, page.exchange)


def test_ssh_key_target_is_the_public_key(varied_logs: Sequence[Log]) -> None:
    """The `resource_target` of an SSH key is the whole public key."""
    for log in varied_logs:
        if log["resource_type"] == "git_ssh_key" and log["request_id"] != NIL and log["resource_target"]:
            kind, _, key = log["resource_target"].strip().partition(" ")
            expect(
                is_key(kind, key.partition(" ")[0]), f"a public key in {log['id']}", log["resource_target"]
            )


def is_key(kind: str, key: str) -> bool:
    """Whether this is an SSH public key, whose bytes begin with the length and name of its type."""
    try:
        raw = b64decode(key, validate=True)
    except ValueError:
        return False
    return raw[4 : 4 + len(kind)] == kind.encode() and len(raw) > SHORTEST_KEY


def test_secret_values_are_hidden(varied_logs: Sequence[Log], contract: Contract) -> None:
    """A secret field of a diff holds the zero value of its type or nothing."""
    expect_rule(varied_logs, secrets_are_hidden, contract)


def test_failed_request_has_an_empty_diff(varied_logs: Sequence[Log], contract: Contract) -> None:
    """The log of a failed request has an empty diff."""
    expect_rule(varied_logs, failure_changes_nothing, contract)


def test_diff_values_differ(varied_logs: Sequence[Log], contract: Contract) -> None:
    """Every field of a diff has different old and new values, unless it is secret, and no value is null."""
    expect_rule(varied_logs, changes_differ, contract)


@pytest.mark.parametrize(("action", "less", "more"), [("create", "old", "new"), ("delete", "new", "old")])
def test_create_and_delete_diffs_are_one_sided(
    varied_logs: Sequence[Log], action: str, less: str, more: str
) -> None:
    """The diff of a creation has mostly new values; that of a deletion, mostly old ones."""
    for log in varied_logs:
        if log["action"] == action and log["request_id"] != NIL:
            # deleting a user only sets a flag
            changes = [change for name, change in log["diff"].items() if name != "deleted"]
            few, many = (sum(not is_zero(each.get(side)) for each in changes) for side in (less, more))
            secret = any(each["secret"] for each in changes)
            seen = f"{few} {less}, {many} {more}"
            expect(few <= many or secret, f"more {more} values than {less} in {log['id']}", seen)


@pytest.mark.parametrize("action", ["create", "write", "delete"])
def test_successful_changes_have_diffs(varied_logs: Sequence[Log], action: str) -> None:
    """At least one of many successful changes of users, templates and workspaces has a diff."""
    sides = {"create": ["new"], "write": ["old", "new"], "delete": ["old"]}[action]
    diffs = [
        log["diff"]
        for log in varied_logs
        if log["action"] == action
        and log["resource_type"] in {"user", "template", "workspace"}
        and log["status_code"] < FIRST_FAILED_STATUS
        and log["request_id"] != NIL
    ]
    for side in sides:
        found = any(side in change for diff in diffs for change in diff.values())
        expect(len(diffs) < ENOUGH or found, f"a diff with {side}", f"{len(diffs)} diffs without it")


def test_times_are_in_utc(varied_logs: Sequence[Log], contract: Contract) -> None:
    """Every time ends in `Z`, and the time of a log has at most six fractional digits."""
    expect_rule(varied_logs, times_are_utc, contract)


def test_only_workspace_logs_have_a_build_reason(varied_logs: Sequence[Log]) -> None:
    """Only logs of builds, and of what runs in them, have a `build_reason`."""
    for log in varied_logs:
        reason = (log["additional_fields"] or {}).get("build_reason")
        expect(
            not reason or log["resource_type"].startswith("workspace_") or is_test_log(log),
            f"no build_reason in {log['id']}, a {log['resource_type']}",
            log["additional_fields"],
        )


def test_ip_is_an_ip_address(varied_logs: Sequence[Log], contract: Contract) -> None:
    """`ip` is empty or an IPv4 or IPv6 address."""
    expect_rule(varied_logs, ip_is_address, contract)


def test_build_logs_describe_the_build(varied_logs: Sequence[Log], contract: Contract) -> None:
    """Logs of builds name the workspace, build number and reason; status and diff are those of a build."""
    if "build_reason" not in contract.search.keys:
        pytest.skip("this release has no build reasons")
    reasons = contract.search.keys["build_reason"].values
    tracked = {*contract.schema("AuditLog")["properties"]["diff"].get("x-build-diff", ())}
    for log in varied_logs:
        if log["resource_type"] == "workspace_build" and not is_test_log(log):
            extra = log["additional_fields"] or {}
            complete = {"workspace_name", "build_number", "build_reason"} <= extra.keys()
            expect(
                complete and extra["build_reason"] in reasons,
                f"name, number and reason of the build in log {log['id']}",
                extra,
            )
            changed = sorted({*log["diff"]} - tracked)
            expect(not changed, f"only fields of builds in the diff of log {log['id']}", changed)
            number, status = extra["build_number"], log["status_code"]
            expect(isinstance(number, str), f"a string as build_number in log {log['id']}", number)
            expect(status in {200, 500}, f"status 200 or 500 of the build log {log['id']}", status)
