"""Rules of the watch over all answers: each kind of breach is seen, and what is right is not."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from check_results import LIST, exchange

from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.rules.response_rules import RULES, ResponseChecker
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
PAGE: Mapping[str, Any] = CONTRACT.document["components"]["examples"]["Page"]["value"]
FIRST, SECOND = PAGE["audit_logs"]


def page(*logs: Mapping[str, Any], q: str = "", limit: str = "25") -> Exchange:
    """Make a page of logs."""
    body = json.dumps({"audit_logs": logs, "count": len(logs)}).encode()
    return exchange(Request("GET", LIST, [("q", q), ("limit", limit)]), body=body)


def error(status: int, **headers: str | None) -> Exchange:
    """Make a error."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(status=status, body=b'{"message":"No."}', headers=told)  # type: ignore[arg-type]


BREACHES: Mapping[str, list[Exchange]] = {
    "no server error": [error(500)],
    "listed status": [error(418)],
    "media type": [error(400, content_type="application/problem+json")],
    "headers": [error(405)],
    "unique request id": [page(), page()],
    "body": [page({**FIRST, "ip": None})],
    "page order": [page(SECOND, FIRST)],
    "page size": [page(FIRST, SECOND, limit="1")],
    "unchanged logs": [page(FIRST), page({**FIRST, "user_agent": "another"}, q="x")],
    "consistent logs": [page({**FIRST, "ip": "nowhere"})],
}
"""By rule, answers that break it."""


def sightings(exchanges: list[Exchange], *, own_ids: bool) -> set[str]:
    """Look at answers, each with a request id of its own or all with the same."""
    watch = ResponseChecker(CONTRACT)
    for number, each in enumerate(exchanges):
        request_id = f"53bded77-7b9d-4e82-8771-{number if own_ids else 0:012d}"
        each.headers["x-coder-request-id"] = request_id  # type: ignore[index]
        watch.look(each)
    return set(watch.violations)


@pytest.mark.parametrize("rule", RULES)
def test_a_breach_is_seen(rule: str) -> None:
    """An answer that breaks a rule is a sighting of that rule, and of no other."""
    assert sightings(BREACHES[rule], own_ids=rule != "unique request id") == {rule}


def test_what_is_right_is_no_sighting() -> None:
    """Pages and errors as the contract has them are passed over."""
    right = [
        page(FIRST, SECOND),
        page(),
        error(401),
        error(405, allow="GET"),
        error(429, retry_after="60"),
    ]

    assert sightings(right, own_ids=True) == set()


def test_the_page_of_a_log_is_found() -> None:
    """What names logs leads to the requests that showed them first, and the largest page is known."""
    watch = ResponseChecker(CONTRACT)
    pages = [page(FIRST), page(FIRST, SECOND, q="x"), page(q="y")]
    for each in pages:
        watch.look(each)

    assert [one.request for one in watch.pages_of(f"a link in {FIRST['id']}")] == [pages[0].request]
    assert [one.request for one in watch.pages_of(f"{FIRST['id']} {SECOND['id']}")] == [
        pages[0].request,
        pages[1].request,
    ]
    assert watch.pages_of("53bded77-7b9d-4e82-8771-000000000000") == []
    assert [one.request for one in watch.largest_page] == [pages[1].request]


def test_what_changes_later_may_change() -> None:
    """A user seen again, a resource deleted since: such differences between pages are none."""
    user = {**FIRST["user"], "status": "suspended"}
    later = {**FIRST, "is_deleted": True, "resource_link": "", "user": user}

    assert sightings([page(FIRST), page(later, q="x")], own_ids=True) == set()
