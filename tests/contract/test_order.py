"""Checks of the order: newest first, logs of one instant by id, the same every time."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import uuid4

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs, parse_page
from auditmock.checker.rules.log_model import Log, select, term, time_of, values_of
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "order", "#/paths/~1audit/get/x-paging/order")


CONCURRENT = 4


def sorted_ids(logs: Sequence[Log]) -> list[str]:
    return [log["id"] for log in sorted(logs, key=lambda log: (-time_of(log), log["id"]))]


def test_logs_are_sorted_newest_first(sample: Sample) -> None:
    """Logs are sorted by time, newest first."""
    times = [time_of(log) for log in sample.logs]

    expect(
        times == sorted(times, reverse=True),
        "times sorted newest first",
        [log["time"] for log in sample.logs],
    )


@requires("tie order")
def test_first_page_is_sorted_by_time_and_id(target: Client) -> None:
    """The first page is sorted by time, newest first; logs of one instant are sorted by id."""
    page = list_logs(target, "", limit=100)

    expect(page.ids == sorted_ids(page.logs), f"the order {sorted_ids(page.logs)}", page.ids, page.exchange)


@requires("tie order")
def test_past_logs_are_sorted_by_time_and_id(sample: Sample) -> None:
    """The logs of past days are sorted by time, newest first; logs of one instant are sorted by id."""
    ids = [log["id"] for log in sample.logs]

    expect(ids == sorted_ids(sample.logs), f"the order {sorted_ids(sample.logs)}", ids)


def test_reading_is_not_logged(target: Client) -> None:
    """Reading creates no log: no log has the user agent of a request that only read."""
    own = f"auditmock-contract-suite/{uuid4()}"
    request = Request(
        "GET", target.path("get-audit-logs"), [("q", ""), ("limit", "200")], {"User-Agent": own}
    )
    exchanges = [target.send(request) for _ in range(2)]
    for exchange in exchanges:
        logs = exchange.json()["audit_logs"] if exchange.status == HTTPStatus.OK else []
        mine = [log["id"] for log in logs if log["user_agent"] == own]
        expect(not mine, "no log with the reader's user agent", mine, exchange)


@pytest.mark.check("properties", "order", "#/components/parameters/q/x-search")
def test_concurrent_requests_get_their_own_responses(target: Client, sample: Sample) -> None:
    """Requests sent at the same time each get their own complete response."""
    key = target.contract.search.keys["action"]
    actions = values_of(sample.logs, key)[:CONCURRENT]
    path = target.path("get-audit-logs")
    searches = [[("q", sample.within(term(key, action))), ("limit", "9")] for action in actions]

    def verify() -> None:
        exchanges = target.send_together([Request("GET", path, search) for search in searches])
        for action, exchange in zip(actions, exchanges, strict=True):
            found = select(sample.logs, key, action)
            expect_logs(parse_page(exchange, target.contract), found[:9], len(found))

    while_unchanged(target, sample.scope, verify)


def test_log_ids_are_unique(sample: Sample) -> None:
    """No two logs have the same id."""
    ids = [log["id"] for log in sample.logs]

    expect(len(set(ids)) == len(ids), "unique ids", sorted(ids))


def test_repeated_request_has_an_identical_response(target: Client, sample: Sample) -> None:
    """The same request sent twice gets the same bytes: reading changes nothing."""

    def verify() -> None:
        first = target.search(sample.q, limit=20)
        second = target.search(sample.q, limit=20)
        expect(first.body == second.body, "identical bytes", "different bytes", first, second)

    while_unchanged(target, sample.scope, verify)
