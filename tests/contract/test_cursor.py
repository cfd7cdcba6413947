"""Checks of `after_id`, the cursor: it continues after that log, even while others are written."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.log_page import Page, expect_logs, list_logs
from auditmock.checker.rules.log_model import select, term
from auditmock.contract.support.sample import Sample, distinctive_value_of
from auditmock.contract.support.search_keys import field_keys, label
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
def test_after_id_lists_the_logs_after_that_log(target: Client, sample: Sample, data: st.DataObject) -> None:
    """`after_id` lists the logs after that log; `offset` counts from there; `count` is still that of all."""
    place = data.draw(st.integers(0, len(sample.logs) - 1), "place")
    offset = data.draw(st.integers(0, 3), "offset")
    tail = sample.logs[place + 1 + offset :]

    def verify() -> None:
        page = list_logs(target, sample.q, after_id=sample.logs[place]["id"], limit=SHOWN, offset=offset)
        expect_logs(page, tail[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, verify)


@each("key", field_keys, label)
@a_few_draws
@given(data=st.data())
def test_after_id_accepts_a_log_outside_the_search(
    target: Client, sample: Sample, key: SearchKey, data: st.DataObject
) -> None:
    """`after_id` may name a log outside the search: the page continues at its position in the list."""
    value = distinctive_value_of(sample.logs, key)
    found = select(sample.logs, key, value)
    first, last = (sample.logs.index(log) for log in (found[0], found[-1]))
    others = [place for place in range(first, last) if sample.logs[place] not in found]
    place = data.draw(st.sampled_from(others or [first]), "place")
    tail = select(sample.logs[place + 1 :], key, value)

    def verify() -> None:
        q = f"{term(key, value)} {sample.without(key.name)}"
        page = list_logs(target, q, after_id=sample.logs[place]["id"])
        expect_logs(page, tail[: page.page_limit], len(found))

    while_unchanged(target, sample.scope, verify)


def test_after_id_of_the_newest_log_lists_all_older_logs(target: Client, sample: Sample) -> None:
    """`after_id` of the newest log lists every older log, with and without a search."""
    newest, second = next_to(target)
    older = [log for log in sample.logs if log["id"] != newest.ids[0]]

    def verify() -> None:
        page = list_logs(target, sample.q, after_id=newest.ids[0], limit=SHOWN)
        expect_logs(page, older[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, verify)
    if list_logs(target, "", limit=2).ids == newest.ids:
        expect(second.ids == newest.ids[1:], f"{newest.ids[1:]}", second.ids, second.exchange)


def next_to(target: Client) -> tuple[Page, Page]:
    """Read the two newest logs, and the page after the first of them."""
    newest = list_logs(target, "", limit=2)
    return newest, list_logs(target, "", after_id=newest.ids[0], limit=1)


def test_after_id_distinguishes_logs_of_one_second(target: Client, sample: Sample) -> None:
    """`after_id` continues at the next log, even if both logs are from the same second."""
    seconds = [log["time"][: len("2001-02-03T04:05:06")] for log in sample.logs]
    place = next((number for number, pair in enumerate(pairwise(seconds)) if len({*pair}) == 1), None)
    if place is None:
        pytest.skip("no two logs of the sample share a second")
    tail = sample.logs[place + 1 :]

    def verify() -> None:
        page = list_logs(target, sample.q, after_id=sample.logs[place]["id"], limit=SHOWN)
        expect_logs(page, tail[:SHOWN], len(sample.logs))

    while_unchanged(target, sample.scope, verify)


def test_after_id_and_offset_agree(target: Client, sample: Sample) -> None:
    """Deep in the list, `after_id` and `offset` lead to the same logs, whatever the letter case of the id."""
    scope = sample.past

    def verify() -> None:
        total = list_logs(target, scope, limit=1).total
        offset = total * 2 // 3
        page = list_logs(target, scope, limit=SHOWN, offset=offset)
        if page.ids:
            # ids are case-insensitive
            tail = list_logs(target, scope, limit=SHOWN - 1, after_id=page.ids[0].upper())
            expect_logs(tail, page.logs[1:], total)

    while_unchanged(target, Scope(scope), verify)


def test_cursor_pages_list_every_log(target: Client, sample: Sample) -> None:
    """Paging by the last id of each page lists every log once and ends with an empty page."""
    step = max(1, -(-len(sample.logs) // 4))

    def verify() -> None:
        cursor: dict[str, str] = {}
        for start in range(0, len(sample.logs), step):
            page = list_logs(target, sample.q, limit=step, **cursor)
            expect_logs(page, sample.logs[start : start + step], len(sample.logs))
            cursor = {"after_id": page.ids[-1]}
        expect_logs(list_logs(target, sample.q, limit=step, **cursor), [], len(sample.logs))

    while_unchanged(target, sample.scope, verify)


def test_after_id_of_the_oldest_log_lists_nothing(target: Client) -> None:
    """`after_id` of the oldest log lists nothing."""

    def verify() -> None:
        total = list_logs(target, "", limit=1).total
        for log in list_logs(target, "", limit=1, offset=max(0, total - 1)).logs:
            expect_logs(list_logs(target, "", after_id=log["id"], limit=SHOWN), [], total)

    while_unchanged(target, Scope(""), verify)
