"""Checks of order: newest first, ties by id, the same each time."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import uuid4

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.page import expect_logs, listed, page_of
from auditmock.checker.rules.logs import Log, element, instant, select, values_of
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "order", "#/paths/~1audit/get/x-paging/order")


AT_ONCE = 4


def ordered(logs: Sequence[Log]) -> list[str]:
    """List the ids as they should follow each other."""
    return [log["id"] for log in sorted(logs, key=lambda log: (-instant(log), log["id"]))]


def test_times_fall(sample: Sample) -> None:
    """No log is followed by a newer one."""
    times = [instant(log) for log in sample.logs]

    expect(times == sorted(times, reverse=True), "falling times", [log["time"] for log in sample.logs])


@requires("order of ties")
def test_the_newest_come_first(target: Client) -> None:
    """The first page has falling times, and among equal times rising ids."""
    page = listed(target, "", limit=100)

    expect(page.ids == ordered(page.logs), f"the order {ordered(page.logs)}", page.ids, page.exchange)


@requires("order of ties")
def test_the_sample_is_in_order(sample: Sample) -> None:
    """So are the logs of past days, over all their pages."""
    ids = [log["id"] for log in sample.logs]

    expect(ids == ordered(sample.logs), f"the order {ordered(sample.logs)}", ids)


def test_reading_leaves_no_log(target: Client) -> None:
    """Who reads is not logged: no log has the user agent of a reader."""
    own = f"auditmock-contract-suite/{uuid4()}"
    request = Request(
        "GET", target.path("get-audit-logs"), [("q", ""), ("limit", "200")], {"User-Agent": own}
    )
    exchanges = [target.send(request) for _ in range(2)]
    for exchange in exchanges:
        logs = exchange.json()["audit_logs"] if exchange.status == HTTPStatus.OK else []
        mine = [log["id"] for log in logs if log["user_agent"] == own]
        expect(not mine, "no log of a mere reader", mine, exchange)


@pytest.mark.check("properties", "order", "#/components/parameters/q/x-search")
def test_readers_at_once_get_each_their_own(target: Client, sample: Sample) -> None:
    """Of questions that are asked together each has its own answer, whole."""
    key = target.contract.search.keys["action"]
    actions = values_of(sample.logs, key)[:AT_ONCE]
    path = target.path("get-audit-logs")
    searches = [[("q", sample.within(element(key, action))), ("limit", "9")] for action in actions]

    def look() -> None:
        exchanges = target.send_together([Request("GET", path, search) for search in searches])
        for action, exchange in zip(actions, exchanges, strict=True):
            found = select(sample.logs, key, action)
            expect_logs(page_of(exchange, target.contract), found[:9], len(found))

    while_unchanged(target, sample.scope, look)


def test_no_id_is_there_twice(sample: Sample) -> None:
    """Every log has an id of its own."""
    ids = [log["id"] for log in sample.logs]

    expect(len(set(ids)) == len(ids), "different ids", sorted(ids))


def test_the_same_question_has_the_same_answer(target: Client, sample: Sample) -> None:
    """Reading changes nothing: asked twice, the bytes are the same."""

    def look() -> None:
        first = target.ask(sample.q, limit=20)
        second = target.ask(sample.q, limit=20)
        expect(first.body == second.body, "the same bytes twice", "others", first, second)

    while_unchanged(target, sample.scope, look)
