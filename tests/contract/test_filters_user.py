"""Checks of finding logs by who acted."""

from collections.abc import Mapping
from http import HTTPStatus

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.tokens import READERS, token_for
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.page import Page, expect_logs, listed
from auditmock.checker.rules.logs import Log

pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

SHOWN = 10
CHANGES = 200
USERS = 5
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def changed(target: Client) -> Mapping[str, Log]:
    """Give, by id, the last change of each user of late; those of a status first."""
    logs = listed(target, "resource_type:user action:write", limit=CHANGES).logs
    about = sorted(
        (log for log in logs if log["resource_target"]), key=lambda log: "status" not in log["diff"]
    )
    return {log["resource_id"]: log for log in reversed(about)}


def last_status(log: Log) -> str:
    """Tell the status that a change has set; empty where it set none, or was not made by a request."""
    status: str = log["diff"].get("status", {}).get("new", "")
    return status if log["request_id"] != NIL else ""


@pytest.fixture(scope="module")
def deeds(target: Client, changed: Mapping[str, Log]) -> Mapping[str, Page]:
    """Give, by id, the newest logs of what some users did, those who were suspended first."""
    users = sorted(changed, key=lambda user: last_status(changed[user]) != "suspended")[:USERS]
    return {
        user: listed(target, f"username:{changed[user]['resource_target']}", limit=SHOWN) for user in users
    }


def test_a_name_finds_that_users_logs(changed: Mapping[str, Log], deeds: Mapping[str, Page]) -> None:
    """What a user did is found by the name and shows it, also when the user is suspended by now."""
    if not deeds:
        pytest.skip("no log is about a user")
    for user, page in deeds.items():
        name = changed[user]["resource_target"]
        names = {(log["user"] or {}).get("username", "").lower() for log in page.logs}
        expect(names <= {name.lower()}, f"logs of {name}", sorted(names), page.exchange)


def test_an_address_finds_that_users_logs(target: Client, deeds: Mapping[str, Page]) -> None:
    """What a user did is found by the address as by the name, also when the user is suspended by now."""
    page = next((page for page in deeds.values() if page.logs and page.logs[0]["user"]), None)
    if page is None:
        pytest.skip("nobody who was changed has done anything")
    address = page.logs[0]["user"]["email"]
    same = listed(target, f"email:{address}", limit=SHOWN)

    expect(same.total >= page.total, f"{page.total} logs of {address}", same.total, same.exchange)


def test_who_was_suspended_is_shown_so(changed: Mapping[str, Log], deeds: Mapping[str, Page]) -> None:
    """A user whose status was last changed to `suspended` has that in every log."""
    for user, page in deeds.items():
        if last_status(changed[user]) == "suspended":
            told = {log["user"]["status"] for log in page.logs if log["user"] and log["user"]["id"] == user}
            expect(told <= {"suspended"}, f"{user} suspended", sorted(told), page.exchange)


ME = {"cookie": "ME", "query": '"Me"'}
"""By another place of the token, the caller in other letters."""


@requires("me")
def test_me_is_the_caller(target: Client) -> None:
    """`username:me` finds what one user did, and all of it, in any letter case, wherever the token is."""

    def look() -> None:
        own = listed(target, "username:me", limit=SHOWN)
        names = {log["user"]["username"] for log in own.logs}
        expect(len(names) <= 1, "logs of one user", sorted(names), own.exchange)
        for place, word in ME.items():
            expect_logs(listed(target, f"username:{word}", limit=SHOWN, token=place), own.logs, own.total)
        for name in names:
            expect_logs(listed(target, f"username:{name}", limit=SHOWN), own.logs, own.total)

    while_unchanged(target, Scope("username:me"), look)


@requires("me")
@pytest.mark.parametrize("name", READERS)
def test_me_is_whoever_asks(target: Client, name: str) -> None:
    """The same search by somebody else finds what that user did."""
    path, query = target.path("get-audit-logs"), [("q", "username:me"), ("limit", str(SHOWN))]
    sender = token_for(name, target.tokens.first)
    if not sender:
        pytest.skip("there is nobody else who may read")
    # one's own first, since a server may answer with the caller before
    mine = {log["user"]["username"] for log in listed(target, "username:me", limit=SHOWN).logs}
    exchange = target.send(Request("GET", path, query, sender=sender))
    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
    theirs = {log["user"]["username"] for log in exchange.json()["audit_logs"]}

    expect(not mine & theirs, "logs of another user", sorted(theirs), exchange)
