"""Checks of paging: a page is a slice of one list, and all pages together are that list."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs, read_page
from auditmock.contract.support.sample import Sample
from auditmock.openapi.contract import Contract

draws = settings.get_profile("check")
pytestmark = pytest.mark.check("properties", "paging", "#/paths/~1audit/get/x-paging")

MOST = 2147483647
_DEEP_PAGE = 3
_ROUND, _LONG = 1000, 1002


@draws
@given(st.data())
def test_page_is_the_slice_at_offset_and_limit(target: Client, sample: Sample, data: st.DataObject) -> None:
    """A page is the slice of the whole list at `offset` and `limit`; `count` is the length of that list."""
    size = len(sample.logs)
    offset = data.draw(st.integers(0, size + 1), "offset")
    limit = data.draw(st.integers(1, size + 1), "limit")

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            list_logs(target, sample.q, limit=limit, offset=offset),
            sample.logs[offset : offset + limit],
            size,
        ),
    )


def test_pages_list_every_log_once(target: Client, sample: Sample) -> None:
    """Consecutive pages list every log once."""
    size = len(sample.logs)
    step = max(1, -(-size // 4))

    def verify() -> None:
        pages = [list_logs(target, sample.q, limit=step, offset=offset) for offset in range(0, size, step)]
        ids = [log_id for page in pages for log_id in page.ids]
        whole = [log["id"] for log in sample.logs]
        expect(ids == whole, f"the {size} ids {whole}", ids, *(page.exchange for page in pages))

    while_unchanged(target, sample.scope, verify)


EDGES: Mapping[str, Mapping[str, int | str]] = {
    "largest limit, offset with a leading zero": {"limit": MOST, "offset": "010"},
    "largest offset": {"limit": 1, "offset": MOST},
    "limit of 17 bits": {"limit": 65537},
    "offset of 17 bits": {"limit": 3, "offset": 65537},
}


@pytest.mark.check("edges", "paging", "#/components/parameters/limit")
@pytest.mark.parametrize("edge", EDGES)
def test_limit_and_offset_accept_extreme_values(target: Client, sample: Sample, edge: str) -> None:
    """`limit` and `offset` accept their largest values and are decimal, even with a leading zero."""
    offset, limit = int(EDGES[edge].get("offset", 0)), int(EDGES[edge]["limit"])

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            list_logs(target, sample.q, **EDGES[edge]), sample.logs[offset : offset + limit], len(sample.logs)
        ),
    )


DEFAULTS: Mapping[str, Mapping[str, int]] = {"no limit": {"offset": 1}, "limit 0": {"limit": 0, "offset": 1}}


@pytest.mark.check("edges", "paging", "#/components/parameters/limit")
@pytest.mark.parametrize("case", DEFAULTS)
def test_limit_has_a_default(target: Client, sample: Sample, contract: Contract, case: str) -> None:
    """Without `limit`, or with `limit=0`, the default limit of the contract applies."""
    first = DEFAULTS[case].get("offset", 0)
    behind = first + contract.default_limit

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            read_page(target, sample.q, **DEFAULTS[case]), sample.logs[first:behind], len(sample.logs)
        ),
    )


@requires("uncapped counts")
def test_list_ends_at_its_count(target: Client, sample: Sample) -> None:
    """The last log is at `offset` count - 1, and no log follows."""
    scope = sample.past

    def verify() -> None:
        total = list_logs(target, scope, limit=1).total
        last = list_logs(target, scope, limit=2, offset=max(0, total - 1))
        behind = list_logs(target, scope, limit=2, offset=total)
        expect(len(last.logs) == min(total, 1), "only the last log", last.ids, last.exchange)
        expect_logs(behind, [], total)

    while_unchanged(target, Scope(scope), verify)


def test_long_page_agrees_with_later_pages(target: Client, sample: Sample) -> None:
    """A page of more than 1,000 logs ends with the same logs as a page that starts at offset 1,000."""
    scope = sample.past

    def verify() -> None:
        page = list_logs(target, scope, limit=_LONG)
        end = list_logs(target, scope, limit=_DEEP_PAGE, offset=_ROUND)
        expect(
            page.ids[_ROUND:] == end.ids[: _LONG - _ROUND],
            f"{end.ids[: _LONG - _ROUND]} from place {_ROUND} on",
            page.ids[_ROUND:],
            page.exchange,
            end.exchange,
        )

    while_unchanged(target, Scope(scope), verify)


@pytest.fixture(scope="module")
def depth(target: Client, sample: Sample) -> int:
    return list_logs(target, sample.past, limit=1).total


@draws
@given(data=st.data())
def test_neighbouring_pages_overlap(target: Client, sample: Sample, depth: int, data: st.DataObject) -> None:
    """Anywhere in the list, pages at neighbouring offsets share all logs but the first and the last."""
    scope = sample.past
    offset = data.draw(st.integers(0, max(0, depth - _DEEP_PAGE)), "offset")

    def verify() -> None:
        page = list_logs(target, scope, limit=_DEEP_PAGE, offset=offset)
        next_page = list_logs(target, scope, limit=_DEEP_PAGE, offset=offset + 1)
        expect(
            next_page.ids[: len(page.ids) - 1] == page.ids[1:],
            f"{page.ids[1:]} at the next offset",
            next_page.ids,
            page.exchange,
            next_page.exchange,
        )

    while_unchanged(target, Scope(scope), verify)
