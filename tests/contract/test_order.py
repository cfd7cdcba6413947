"""Laws of order: newest first, ties by id, the same each time."""

from collections.abc import Sequence

import pytest

from auditmock.contract.logs import Log, instant
from auditmock.contract.page import listed
from auditmock.contract.sample import Sample
from auditmock.contract.target import Target
from auditmock.contract.verdict import expect, undisturbed

pytestmark = pytest.mark.law("laws", "order", "#/paths/~1audit/get/x-paging/order")


def ordered(logs: Sequence[Log]) -> list[str]:
    """List the ids as they should follow each other."""
    return [log["id"] for log in sorted(logs, key=lambda log: (-instant(log), log["id"]))]


def test_the_newest_come_first(target: Target) -> None:
    """The first page has falling times, and among equal times rising ids."""
    page = listed(target, "", limit=100)

    expect(page.ids == ordered(page.logs), f"the order {ordered(page.logs)}", page.ids, page.exchange)


def test_the_sample_is_in_order(sample: Sample) -> None:
    """So are the logs of past days, over all their pages."""
    ids = [log["id"] for log in sample.logs]

    expect(ids == ordered(sample.logs), f"the order {ordered(sample.logs)}", ids)


def test_no_id_is_there_twice(sample: Sample) -> None:
    """Every log has an id of its own."""
    ids = [log["id"] for log in sample.logs]

    expect(len(set(ids)) == len(ids), "different ids", sorted(ids))


def test_the_same_question_has_the_same_answer(target: Target, sample: Sample) -> None:
    """Reading changes nothing: asked twice, the bytes are the same."""

    def look() -> None:
        first = target.ask(sample.q, limit=20)
        second = target.ask(sample.q, limit=20)
        expect(first.body == second.body, "the same bytes twice", "others", first, second)

    undisturbed(target, sample.scope, look)
