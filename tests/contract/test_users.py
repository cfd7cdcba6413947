"""Laws of finding logs by who acted."""

from collections.abc import Sequence
from http import HTTPStatus

import pytest

from auditmock.contract.exchange import Request
from auditmock.contract.logs import Log
from auditmock.contract.page import expect_logs, listed
from auditmock.contract.people import READERS, SHARED
from auditmock.contract.promises import promised
from auditmock.contract.target import Target
from auditmock.contract.verdict import Scope, expect, undisturbed

pytestmark = pytest.mark.law("laws", "filters", "#/components/parameters/q/x-search")

SHOWN = 10
CHANGES = 200
NAMES = 3
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def changes(target: Target) -> Sequence[Log]:
    """Give the newest changes of users."""
    return listed(target, "resource_type:user action:write", limit=CHANGES).logs


def test_a_name_finds_that_users_logs(target: Target, changes: Sequence[Log]) -> None:
    """What a user did is found by the name and shows it, also when the user is suspended by now."""
    about = [log for log in changes if log["resource_target"]]
    suspended = [log for log in about if log["diff"].get("status", {}).get("new") == "suspended"]
    if not about:
        pytest.skip("no log is about a user")
    for name in list(dict.fromkeys(log["resource_target"] for log in suspended or about))[:NAMES]:
        page = listed(target, f"username:{name}", limit=SHOWN)
        names = {(log["user"] or {}).get("username", "").lower() for log in page.logs}
        expect(names <= {name.lower()}, f"logs of {name}", sorted(names), page.exchange)


def test_who_was_suspended_is_shown_so(target: Target, changes: Sequence[Log]) -> None:
    """A user whose status was last changed to `suspended` has that in every log."""
    statuses: dict[str, str] = {}
    for log in changes:
        if "status" in log["diff"] and log["request_id"] != NIL:
            statuses.setdefault(log["resource_id"], log["diff"]["status"].get("new", ""))
    suspended = {user: log for log in changes if statuses.get(user := log["resource_id"]) == "suspended"}
    for user, log in list(suspended.items())[:NAMES]:
        page = listed(target, f"username:{log['resource_target']}", limit=SHOWN)
        told = {each["user"]["status"] for each in page.logs if each["user"] and each["user"]["id"] == user}
        expect(told <= {"suspended"}, f"{log['resource_target']} suspended", sorted(told), page.exchange)


@promised("me")
def test_me_is_the_caller(target: Target) -> None:
    """`username:me` finds what one user did, and all of it, in any letter case."""
    mine = listed(target, "username:me", limit=SHOWN)
    names = {log["user"]["username"] for log in mine.logs}
    expect(len(names) <= 1, "logs of one user", sorted(names), mine.exchange)

    def look() -> None:
        own = listed(target, "username:me", limit=SHOWN)
        for word in ("ME", *names):
            expect_logs(listed(target, f"username:{word}", limit=SHOWN), own.logs, own.total)

    undisturbed(target, Scope("username:me"), look)


@promised("me")
@pytest.mark.parametrize("name", READERS)
def test_me_is_whoever_asks(target: Target, name: str) -> None:
    """The same search by somebody else finds what that user did."""
    path, query = target.path("get-audit-logs"), [("q", "username:me"), ("limit", str(SHOWN))]
    exchange = target.send(Request("GET", path, query, sender=f"{name}-{SHARED}"))
    expect(exchange.status != HTTPStatus.FORBIDDEN, "what an auditor may read", exchange.status, exchange)
    if exchange.status != HTTPStatus.OK:
        pytest.skip("there is nobody else who may read")
    mine = {log["user"]["username"] for log in listed(target, "username:me", limit=SHOWN).logs}
    theirs = {log["user"]["username"] for log in exchange.json()["audit_logs"]}

    expect(not mine & theirs, "logs of another user", sorted(theirs), exchange)
