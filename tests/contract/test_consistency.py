"""Checks that logs agree with each other about users, requests and resources."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.tokens import READER_IDS, token_for
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.log_page import list_logs
from auditmock.checker.rules.log_model import Log, is_test_log
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "consistency", "#/components/schemas/AuditLog")

NIL = "00000000-0000-0000-0000-000000000000"
ENOUGH = 10


def test_user_id_has_one_username(varied_logs: Sequence[Log]) -> None:
    """Logs with the same user id have the same username, email and creation time; usernames are unique."""
    users: dict[str, Any] = {}
    ids: dict[str, str] = {}
    for log in varied_logs:
        if log["user"]:
            details = {name: log["user"][name] for name in ("username", "email", "created_at")}
            known = users.setdefault(log["user"]["id"], details)
            expect(known == details, f"{known}", details)
            owner = ids.setdefault(details["username"], log["user"]["id"])
            expect(owner == log["user"]["id"], f"the id {owner} for {details['username']}", log["user"]["id"])


def test_user_is_the_same_in_every_log_of_a_page(sample: Sample) -> None:
    """All logs of a page show the same details of a user: the current ones."""
    users: dict[str, Any] = {}
    for log in sample.logs:
        if log["user"]:
            known = users.setdefault(log["user"]["id"], log["user"])
            expect(known == log["user"], f"{known} in {log['id']}", log["user"])


def test_resource_is_the_same_in_every_log_of_a_page(sample: Sample) -> None:
    """All logs of a page agree on whether a resource is deleted and which organization it belongs to.

    Logs from testgenerate are exempt from the latter: they have the organization that was sent.
    """
    resources: dict[tuple[str, str, str], Any] = {}
    for log in sample.logs:
        for name in ("is_deleted", "organization_id")[: 1 if is_test_log(log) else 2]:
            known = resources.setdefault((log["resource_type"], log["resource_id"], name), log[name])
            expect(known == log[name], f"the {name} {known} in {log['id']}", log[name])


def test_ids_of_a_log_differ(varied_logs: Sequence[Log]) -> None:
    """A log's id, its request id and its resource or organization id are all different."""
    for log in varied_logs:
        for name in ("resource_id", "organization_id"):
            ids = [log["id"], log["request_id"], log[name]]
            given = [one for one in ids if one != NIL]
            expect(len({*given}) == len(given), f"different ids in {log['id']}", ids)


def test_request_has_one_user(varied_logs: Sequence[Log]) -> None:
    """Logs with the same request id have the same user."""
    users: dict[str, str] = {}
    for log in varied_logs:
        if log["user"] and log["request_id"] != NIL:
            known = users.setdefault(log["request_id"], log["user"]["id"])
            expect(known == log["user"]["id"], f"the user {known} in {log['id']}", log["user"]["id"])


def test_times_are_finer_than_a_millisecond(varied_logs: Sequence[Log]) -> None:
    """Among many logs, at least one time has more than three fractional digits."""
    times = [log["time"] for log in varied_logs if log["request_id"] != NIL]
    exact = [time for time in times if len(time) > len("2001-02-03T04:05:06.789Z")]
    expect(
        len(times) < ENOUGH or bool(exact), "a time with more than three fractional digits", times[:ENOUGH]
    )


def test_resource_icon_is_empty(varied_logs: Sequence[Log]) -> None:
    """`resource_icon` is always empty."""
    for log in varied_logs:
        expect(log["resource_icon"] == "", f"an empty resource_icon in {log['id']}", log["resource_icon"])


@requires("me")
def test_caller_is_active(target: Client) -> None:
    """The caller's own logs show an active user: no other user may read."""
    mine = list_logs(target, "username:me", limit=1)
    for log in mine.logs:
        expect(log["user"]["status"] == "active", "active", log["user"]["status"], mine.exchange)


@requires("me", "strict requests")
def test_caller_has_a_role_that_may_read(target: Client) -> None:
    """The caller's own logs show at least one role that may read the audit log."""
    mine = list_logs(target, "username:me", limit=1)
    roles = target.contract.operations["get-audit-logs"].roles
    for log in mine.logs:
        own = {role["name"] for role in log["user"]["roles"]}
        expect(bool(own & roles), f"one of the roles {sorted(roles)}", sorted(own), mine.exchange)


READER_DEPENDENT = ("resource_link", "is_deleted")
"""Fields that some servers compute with the permissions of the reader."""


@pytest.mark.parametrize("name", READER_IDS)
def test_owner_and_auditor_see_the_same_logs(target: Client, sample: Sample, name: str) -> None:
    """An owner and an auditor get the same logs and the same count."""
    path, query = target.path("get-audit-logs"), [("q", sample.q), ("limit", str(len(sample.logs)))]

    sender = token_for(name, target.tokens.first)
    if not sender:
        pytest.skip("no other token that may read is known")

    def verify() -> None:
        exchange = target.send(Request("GET", path, query, sender=sender))
        expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
        mine = list_logs(target, sample.q, limit=len(sample.logs))
        theirs = exchange.json()
        same = (
            shared_fields(theirs["audit_logs"]) == shared_fields(mine.logs) and theirs["count"] == mine.total
        )
        expect(same, "the same logs and count", "different ones", exchange, mine.exchange)

    while_unchanged(target, sample.scope, verify)


def shared_fields(logs: Sequence[Log]) -> list[Log]:
    return [{name: value for name, value in log.items() if name not in READER_DEPENDENT} for log in logs]
