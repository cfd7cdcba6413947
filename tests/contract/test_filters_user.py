"""Checks of the filters by user."""

from collections.abc import Mapping
from http import HTTPStatus

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.tokens import READER_IDS, token_for
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.log_page import Page, expect_logs, list_logs
from auditmock.checker.rules.log_model import Log

pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

SHOWN = 10
CHANGES = 200
USERS = 5
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def changes(target: Client) -> Mapping[str, Log]:
    """By user id, the last change of the user; changes of the status first."""
    logs = list_logs(target, "resource_type:user action:write", limit=CHANGES).logs
    about = sorted(
        (log for log in logs if log["resource_target"]), key=lambda log: "status" not in log["diff"]
    )
    return {log["resource_id"]: log for log in reversed(about)}


def last_status(log: Log) -> str:
    """Return the status that a change set; empty if none, or if no request made the change."""
    status: str = log["diff"].get("status", {}).get("new", "")
    return status if log["request_id"] != NIL else ""


@pytest.fixture(scope="module")
def logs_by_user(target: Client, changes: Mapping[str, Log]) -> Mapping[str, Page]:
    """By user id, a page of the user's own logs; suspended users first."""
    users = sorted(changes, key=lambda user: last_status(changes[user]) != "suspended")[:USERS]
    return {
        user: list_logs(target, f"username:{changes[user]['resource_target']}", limit=SHOWN) for user in users
    }


def test_username_finds_logs_of_that_user_only(
    changes: Mapping[str, Log], logs_by_user: Mapping[str, Page]
) -> None:
    """`username` finds only logs of that user, even if the user is suspended."""
    if not logs_by_user:
        pytest.skip("no log is about a user")
    for user, page in logs_by_user.items():
        name = changes[user]["resource_target"]
        names = {(log["user"] or {}).get("username", "").lower() for log in page.logs}
        expect(names <= {name.lower()}, f"logs of {name}", sorted(names), page.exchange)


def test_email_finds_all_logs_of_its_user(target: Client, logs_by_user: Mapping[str, Page]) -> None:
    """`email` finds every log that `username` finds for the same user, even if the user is suspended."""
    page = next((page for page in logs_by_user.values() if page.logs and page.logs[0]["user"]), None)
    if page is None:
        pytest.skip("no changed user has logs")
    address = page.logs[0]["user"]["email"]
    same = list_logs(target, f"email:{address}", limit=SHOWN)

    expect(same.total >= page.total, f"{page.total} logs of {address}", same.total, same.exchange)


def test_suspended_user_is_shown_as_suspended(
    changes: Mapping[str, Log], logs_by_user: Mapping[str, Page]
) -> None:
    """A user whose status was last changed to `suspended` has that status in every log."""
    for user, page in logs_by_user.items():
        if last_status(changes[user]) == "suspended":
            statuses = {
                log["user"]["status"] for log in page.logs if log["user"] and log["user"]["id"] == user
            }
            expect(statuses <= {"suspended"}, f"{user} suspended", sorted(statuses), page.exchange)


ME = {"cookie": "ME", "query": '"Me"'}
"""By token location, another spelling of `me`."""


@requires("me")
def test_username_me_finds_all_logs_of_the_caller(target: Client) -> None:
    """`username:me` finds exactly the caller's logs, in any letter case, wherever the token is sent."""

    def verify() -> None:
        own = list_logs(target, "username:me", limit=SHOWN)
        names = {log["user"]["username"] for log in own.logs}
        expect(len(names) <= 1, "logs of one user", sorted(names), own.exchange)
        for place, word in ME.items():
            expect_logs(list_logs(target, f"username:{word}", limit=SHOWN, token=place), own.logs, own.total)
        for name in names:
            expect_logs(list_logs(target, f"username:{name}", limit=SHOWN), own.logs, own.total)

    while_unchanged(target, Scope("username:me"), verify)


@requires("me")
@pytest.mark.parametrize("name", READER_IDS)
def test_username_me_depends_on_the_caller(target: Client, name: str) -> None:
    """`username:me` finds other logs for another caller: that user's own."""
    path, query = target.path("get-audit-logs"), [("q", "username:me"), ("limit", str(SHOWN))]
    sender = token_for(name, target.tokens.first)
    if not sender:
        pytest.skip("no other token that may read is known")
    # the own logs first, so that a cached caller shows
    mine = {log["user"]["username"] for log in list_logs(target, "username:me", limit=SHOWN).logs}
    exchange = target.send(Request("GET", path, query, sender=sender))
    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
    theirs = {log["user"]["username"] for log in exchange.json()["audit_logs"]}

    expect(not mine & theirs, "logs of another user", sorted(theirs), exchange)
