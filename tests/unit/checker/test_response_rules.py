"""Response rules: each violation is found, and valid responses are not."""

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
    """Make an error response."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(status=status, body=b'{"message":"No."}', headers=sent)  # type: ignore[arg-type]


VIOLATIONS: Mapping[str, list[Exchange]] = {
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
"""Responses that violate each rule."""


def find_violations(exchanges: list[Exchange], *, own_ids: bool) -> set[str]:
    """Return the violated rules; request ids are unique or all the same."""
    checker = ResponseChecker(CONTRACT)
    for number, response in enumerate(exchanges):
        request_id = f"53bded77-7b9d-4e82-8771-{number if own_ids else 0:012d}"
        response.headers["x-coder-request-id"] = request_id  # type: ignore[index]
        checker.check_response(response)
    return set(checker.violations)


@pytest.mark.parametrize("rule", RULES)
def test_violation_is_found(rule: str) -> None:
    """A response that violates a rule is a violation of that rule only."""
    assert find_violations(VIOLATIONS[rule], own_ids=rule != "unique request id") == {rule}


def test_valid_responses_have_no_violations() -> None:
    """Valid pages and errors have no violations."""
    valid = [page(FIRST, SECOND), page(), error(401), error(405, allow="GET"), error(429, retry_after="60")]

    assert find_violations(valid, own_ids=True) == set()


def test_request_of_a_log_is_found() -> None:
    """`pages_of` returns the first requests that returned the named logs; `largest_page` the largest."""
    checker = ResponseChecker(CONTRACT)
    pages = [page(FIRST), page(FIRST, SECOND, q="x"), page(q="y")]
    for response in pages:
        checker.check_response(response)

    assert [page_of.request for page_of in checker.pages_of(f"a link in {FIRST['id']}")] == [pages[0].request]
    assert [page_of.request for page_of in checker.pages_of(f"{FIRST['id']} {SECOND['id']}")] == [
        pages[0].request,
        pages[1].request,
    ]
    assert checker.pages_of("53bded77-7b9d-4e82-8771-000000000000") == []
    assert [page_of.request for page_of in checker.largest_page] == [pages[1].request]


def test_later_changes_are_no_violation() -> None:
    """A user or resource that changes between two pages is not a violation."""
    user = {**FIRST["user"], "status": "suspended"}
    later = {**FIRST, "is_deleted": True, "resource_link": "", "user": user}

    assert find_violations([page(FIRST), page(later, q="x")], own_ids=True) == set()
