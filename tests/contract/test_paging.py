"""Checks of paging: a page is a slice of one list, and the pages make up the whole."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.page import expect_logs, listed, read_page
from auditmock.contract.support.sample import Sample
from auditmock.openapi.contract import Contract

draws = settings.get_profile("check")
pytestmark = pytest.mark.check("properties", "paging", "#/paths/~1audit/get/x-paging")

MOST = 2147483647
_DEEP_PAGE = 3
_ROUND, _LONG = 1000, 1002


@draws
@given(st.data())
def test_a_page_is_the_slice(target: Client, sample: Sample, data: st.DataObject) -> None:
    """The page at `offset` and `limit` is that slice of the whole list, and `count` is the whole."""
    size = len(sample.logs)
    offset = data.draw(st.integers(0, size + 1), "offset")
    limit = data.draw(st.integers(1, size + 1), "limit")

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            listed(target, sample.q, limit=limit, offset=offset), sample.logs[offset : offset + limit], size
        ),
    )


def test_the_pages_make_up_the_whole(target: Client, sample: Sample) -> None:
    """Pages of one size, one after another, are the whole list, none twice and none left out."""
    size = len(sample.logs)
    step = max(1, -(-size // 4))

    def look() -> None:
        pages = [listed(target, sample.q, limit=step, offset=offset) for offset in range(0, size, step)]
        ids = [log_id for page in pages for log_id in page.ids]
        whole = [log["id"] for log in sample.logs]
        expect(ids == whole, f"the {size} ids {whole}", ids, *(page.exchange for page in pages))

    while_unchanged(target, sample.scope, look)


EDGES: Mapping[str, Mapping[str, int | str]] = {
    "the largest limit, zeros before the offset": {"limit": MOST, "offset": "010"},
    "the largest offset": {"limit": 1, "offset": MOST},
    "a limit of 17 bits": {"limit": 65537},
    "an offset of 17 bits": {"limit": 3, "offset": 65537},
}


@pytest.mark.check("edges", "paging", "#/components/parameters/limit")
@pytest.mark.parametrize("edge", EDGES)
def test_limit_and_offset_hold_at_their_edges(target: Client, sample: Sample, edge: str) -> None:
    """The extreme numbers are allowed, and all are decimal."""
    offset, limit = int(EDGES[edge].get("offset", 0)), int(EDGES[edge]["limit"])

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            listed(target, sample.q, **EDGES[edge]), sample.logs[offset : offset + limit], len(sample.logs)
        ),
    )


DEFAULTS: Mapping[str, Mapping[str, int]] = {"no limit": {"offset": 1}, "limit 0": {"limit": 0, "offset": 1}}


@pytest.mark.check("edges", "paging", "#/components/parameters/limit")
@pytest.mark.parametrize("case", DEFAULTS)
def test_there_is_a_default(target: Client, sample: Sample, contract: Contract, case: str) -> None:
    """0 or no `limit` is the default of the contract."""
    first = DEFAULTS[case].get("offset", 0)
    behind = first + contract.default_limit

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            read_page(target, sample.q, **DEFAULTS[case]), sample.logs[first:behind], len(sample.logs)
        ),
    )


@requires("whole counts")
def test_the_list_ends_where_the_count_says(target: Client, sample: Sample) -> None:
    """The last log is at `offset` count - 1, and behind it there is none."""
    scope = sample.past

    def look() -> None:
        total = listed(target, scope, limit=1).total
        last = listed(target, scope, limit=2, offset=max(0, total - 1))
        behind = listed(target, scope, limit=2, offset=total)
        expect(len(last.logs) == min(total, 1), "the last log, alone", last.ids, last.exchange)
        expect_logs(behind, [], total)

    while_unchanged(target, Scope(scope), look)


def test_a_long_page_is_one_of_many(target: Client, sample: Sample) -> None:
    """A page of more than a thousand logs shows behind those what the page does that begins there."""
    scope = sample.past

    def look() -> None:
        page = listed(target, scope, limit=_LONG)
        end = listed(target, scope, limit=_DEEP_PAGE, offset=_ROUND)
        expect(
            page.ids[_ROUND:] == end.ids[: _LONG - _ROUND],
            f"{end.ids[: _LONG - _ROUND]} from place {_ROUND} on",
            page.ids[_ROUND:],
            page.exchange,
            end.exchange,
        )

    while_unchanged(target, Scope(scope), look)


@pytest.fixture(scope="module")
def depth(target: Client, sample: Sample) -> int:
    """Tell about how many logs there are."""
    return listed(target, sample.past, limit=1).total


@draws
@given(data=st.data())
def test_deep_pages_fit_together(target: Client, sample: Sample, depth: int, data: st.DataObject) -> None:
    """Anywhere in the list, a page and the page one further on share all but their ends."""
    scope = sample.past
    offset = data.draw(st.integers(0, max(0, depth - _DEEP_PAGE)), "offset")

    def look() -> None:
        page = listed(target, scope, limit=_DEEP_PAGE, offset=offset)
        next_page = listed(target, scope, limit=_DEEP_PAGE, offset=offset + 1)
        expect(
            next_page.ids[: len(page.ids) - 1] == page.ids[1:],
            f"{page.ids[1:]} at the next offset",
            next_page.ids,
            page.exchange,
            next_page.exchange,
        )

    while_unchanged(target, Scope(scope), look)
