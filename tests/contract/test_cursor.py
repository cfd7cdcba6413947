"""Checks of `after_id`: what follows a log, wherever pages begin and whatever is written meanwhile."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.page import Page, expect_logs, listed
from auditmock.checker.rules.logs import element, select
from auditmock.contract.support.sample import Sample, distinctive
from auditmock.contract.support.search_keys import fields, named
from auditmock.openapi.contract import SearchKey

draws = settings.get_profile("check")
a_few_draws = settings.get_profile("check of each")
pytestmark = [
    requires("cursor"),
    pytest.mark.check("properties", "cursor", "#/components/parameters/after_id"),
]

SHOWN = 5


@draws
@given(st.data())
def test_the_page_behind_a_log_is_the_tail(target: Client, sample: Sample, data: st.DataObject) -> None:
    """`after_id` shows what follows that log, `offset` counts from there, and `count` stays the whole."""
    place = data.draw(st.integers(0, len(sample.logs) - 1), "place")
    offset = data.draw(st.integers(0, 3), "offset")
    tail = sample.logs[place + 1 + offset :]

    def look() -> None:
        page = listed(target, sample.q, after_id=sample.logs[place]["id"], limit=SHOWN, offset=offset)
        expect_logs(page, tail[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, look)


@each("key", fields, named)
@a_few_draws
@given(data=st.data())
def test_the_cursor_need_not_match(
    target: Client, sample: Sample, key: SearchKey, data: st.DataObject
) -> None:
    """A log that the search does not find is a place in the list all the same, whatever is searched for."""
    value = distinctive(sample.logs, key)
    found = select(sample.logs, key, value)
    first, last = (sample.logs.index(log) for log in (found[0], found[-1]))
    others = [place for place in range(first, last) if sample.logs[place] not in found]
    place = data.draw(st.sampled_from(others or [first]), "place")
    tail = select(sample.logs[place + 1 :], key, value)

    def look() -> None:
        q = f"{element(key, value)} {sample.around(key.name)}"
        page = listed(target, q, after_id=sample.logs[place]["id"])
        expect_logs(page, tail[: page.usual_limit], len(found))

    while_unchanged(target, sample.scope, look)


def test_all_older_logs_follow_the_newest(target: Client, sample: Sample) -> None:
    """Behind the newest log of all is the second one; behind it and on days before, all of these days."""
    newest, second = next_to(target)
    older = [log for log in sample.logs if log["id"] != newest.ids[0]]

    def look() -> None:
        page = listed(target, sample.q, after_id=newest.ids[0], limit=SHOWN)
        expect_logs(page, older[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, look)
    if listed(target, "", limit=2).ids == newest.ids:
        expect(second.ids == newest.ids[1:], f"{newest.ids[1:]}", second.ids, second.exchange)


def next_to(target: Client) -> tuple[Page, Page]:
    """Read the two newest logs, and the one behind the first of them."""
    newest = listed(target, "", limit=2)
    return newest, listed(target, "", after_id=newest.ids[0], limit=1)


def test_the_cursor_tells_logs_of_one_second_apart(target: Client, sample: Sample) -> None:
    """What follows a log begins with the next one, also when both are of the same second."""
    seconds = [log["time"][: len("2001-02-03T04:05:06")] for log in sample.logs]
    place = next((number for number, pair in enumerate(pairwise(seconds)) if len({*pair}) == 1), None)
    if place is None:
        pytest.skip("no two logs of the sample are of one second")
    tail = sample.logs[place + 1 :]

    def look() -> None:
        page = listed(target, sample.q, after_id=sample.logs[place]["id"], limit=SHOWN)
        expect_logs(page, tail[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, look)


def test_cursor_and_offset_meet(target: Client, sample: Sample) -> None:
    """Deep in the list, what follows a log by `after_id` is what follows it by `offset`."""
    scope = sample.past

    def look() -> None:
        total = listed(target, scope, limit=1).total
        offset = total * 2 // 3
        page = listed(target, scope, limit=SHOWN, offset=offset)
        if page.ids:
            # letter case is of no account in an id
            tail = listed(target, scope, limit=SHOWN - 1, after_id=page.ids[0].upper())
            expect_logs(tail, page.logs[1:], total)

    while_unchanged(target, Scope(scope), look)


def test_walking_by_cursor_meets_every_log(target: Client, sample: Sample) -> None:
    """Page after page, each behind the last log of the one before, is the whole list, and then nothing."""
    step = max(1, -(-len(sample.logs) // 4))

    def look() -> None:
        cursor: dict[str, str] = {}
        for start in range(0, len(sample.logs), step):
            page = listed(target, sample.q, limit=step, **cursor)
            expect_logs(page, sample.logs[start : start + step], len(sample.logs))
            cursor = {"after_id": page.ids[-1]}
        expect_logs(listed(target, sample.q, limit=step, **cursor), [], len(sample.logs))

    while_unchanged(target, sample.scope, look)


def test_nothing_follows_the_last_log(target: Client) -> None:
    """Behind the oldest log of all there is none."""

    def look() -> None:
        total = listed(target, "", limit=1).total
        for log in listed(target, "", limit=1, offset=max(0, total - 1)).logs:
            expect_logs(listed(target, "", after_id=log["id"], limit=SHOWN), [], total)

    while_unchanged(target, Scope(""), look)
