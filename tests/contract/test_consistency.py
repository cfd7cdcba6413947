"""Checks of logs beside each other: what several say of one user, request or resource agrees."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.tokens import READERS, token_for
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.page import listed
from auditmock.checker.rules.logs import Log, is_test
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "rows", "#/components/schemas/AuditLog")

NIL = "00000000-0000-0000-0000-000000000000"
MANY = 10


def test_one_user_is_one_name(gallery: Sequence[Log]) -> None:
    """Logs of the same user id show the same name and address; no two ids share a name."""
    users: dict[str, Any] = {}
    ids: dict[str, str] = {}
    for log in gallery:
        if log["user"]:
            told = {name: log["user"][name] for name in ("username", "email", "created_at")}
            known = users.setdefault(log["user"]["id"], told)
            expect(known == told, f"{known}", told)
            owner = ids.setdefault(told["username"], log["user"]["id"])
            expect(owner == log["user"]["id"], f"the id {owner} for {told['username']}", log["user"]["id"])


def test_a_page_shows_one_user_as_one(sample: Sample) -> None:
    """A user is shown as he is now, so all logs of a page show the same of him."""
    users: dict[str, Any] = {}
    for log in sample.logs:
        if log["user"]:
            known = users.setdefault(log["user"]["id"], log["user"])
            expect(known == log["user"], f"{known} in {log['id']}", log["user"])


def test_a_page_shows_one_resource_as_one(sample: Sample) -> None:
    """A resource is gone or not: all logs of a page say the same of it, and name the same organization.

    What testgenerate wrote has the organization that it was given.
    """
    resources: dict[tuple[str, str, str], Any] = {}
    for log in sample.logs:
        for name in ("is_deleted", "organization_id")[: 1 if is_test(log) else 2]:
            known = resources.setdefault((log["resource_type"], log["resource_id"], name), log[name])
            expect(known == log[name], f"the {name} {known} in {log['id']}", log[name])


def test_ids_are_of_one_thing_each(gallery: Sequence[Log]) -> None:
    """The ids of a log, of its request, and of its resource or organization are different ones."""
    for log in gallery:
        for name in ("resource_id", "organization_id"):
            ids = [log["id"], log["request_id"], log[name]]
            told = [one for one in ids if one != NIL]
            expect(len({*told}) == len(told), f"different ids in {log['id']}", ids)


def test_a_request_has_one_user(gallery: Sequence[Log]) -> None:
    """Logs of one request are of one user."""
    users: dict[str, str] = {}
    for log in gallery:
        if log["user"] and log["request_id"] != NIL:
            known = users.setdefault(log["request_id"], log["user"]["id"])
            expect(known == log["user"]["id"], f"the user {known} in {log['id']}", log["user"]["id"])


def test_times_are_exact(gallery: Sequence[Log]) -> None:
    """Not all of many times are whole milliseconds."""
    times = [log["time"] for log in gallery if log["request_id"] != NIL]
    exact = [time for time in times if len(time) > len("2001-02-03T04:05:06.789Z")]
    expect(len(times) < MANY or bool(exact), "a time with more than three digits", times[:MANY])


def test_icons_are_empty(gallery: Sequence[Log]) -> None:
    """No server fills `resource_icon`."""
    for log in gallery:
        expect(log["resource_icon"] == "", f"an empty resource_icon in {log['id']}", log["resource_icon"])


@requires("me")
def test_the_caller_is_active(target: Client) -> None:
    """Nobody but active users reads."""
    mine = listed(target, "username:me", limit=1)
    for log in mine.logs:
        expect(log["user"]["status"] == "active", "active", log["user"]["status"], mine.exchange)


@requires("me", "strict requests")
def test_the_caller_has_a_role_that_reads(target: Client) -> None:
    """Whoever reads is shown with one of the roles that may; deployed servers know others beside."""
    mine = listed(target, "username:me", limit=1)
    roles = target.contract.operations["get-audit-logs"].roles
    for log in mine.logs:
        own = {role["name"] for role in log["user"]["roles"]}
        expect(bool(own & roles), f"a role of {sorted(roles)}", sorted(own), mine.exchange)


OF_READERS = ("resource_link", "is_deleted")
"""What some servers look up with the rights of the reader."""


@pytest.mark.parametrize("name", READERS)
def test_all_readers_read_the_same(target: Client, sample: Sample, name: str) -> None:
    """Whoever may read has the same logs as everybody else who may."""
    path, query = target.path("get-audit-logs"), [("q", sample.q), ("limit", str(len(sample.logs)))]

    sender = token_for(name, target.tokens.first)
    if not sender:
        pytest.skip("there is nobody else who may read")

    def look() -> None:
        exchange = target.send(Request("GET", path, query, sender=sender))
        expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
        mine = listed(target, sample.q, limit=len(sample.logs))
        theirs = exchange.json()
        same = common(theirs["audit_logs"]) == common(mine.logs) and theirs["count"] == mine.total
        expect(same, "the same logs and count", "others", exchange, mine.exchange)

    while_unchanged(target, sample.scope, look)


def common(logs: Sequence[Log]) -> list[Log]:
    """Leave out of logs what depends on who reads."""
    return [{name: value for name, value in log.items() if name not in OF_READERS} for log in logs]
