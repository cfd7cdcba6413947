"""Rules of the overlay: however many logs are posted and searched in between, few segments hold them all."""

import json

import pytest
from histories import CONTRACT, DESCRIPTIONS, NOW, Log, make_history, new_log, order
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.posted import PostedSegments

HISTORY = make_history(logs=20)
DESK = PostWriter(
    HISTORY, (HISTORY,), DESCRIPTIONS, CONTRACT.enum("AuditAction"), CONTRACT.enum("ResourceType")
)
MANY = 10_000

bunches = st.lists(st.sampled_from([1, 2, 63, 64, 65, 66, 300, 4095, 4096, 4097]), min_size=1, max_size=6)


def post(overlay: PostedSegments, serials: range) -> None:
    """Post logs, their times going up and down."""
    for serial in serials:
        overlay.add(new_log(time=NOW + serial * 7919 % 1009), BuiltinUser.OWNER, NOW)


def read(overlay: PostedSegments) -> list[Log]:
    """Decode all posted logs, sorted."""
    logs = [
        json.loads(segment.log(position))
        for segment in overlay.segments()
        for position in range(len(segment))
    ]
    return sorted(logs, key=order)


def ids(overlay: PostedSegments) -> list[str]:
    """List the ids of all posted logs."""
    return [segment.log_id(position) for segment in overlay.segments() for position in range(len(segment))]


@settings(max_examples=20)
@given(bunches)
def test_no_log_is_lost(sizes: list[int]) -> None:
    """Whatever is posted between searches, each log is in exactly one segment."""
    overlay, total = PostedSegments(DESK), 0
    for size in sizes:
        post(overlay, range(total, total + size))
        total += size
        overlay.segments()

    found = ids(overlay)

    assert len(overlay) == len(found) == len(set(found)) == total


@given(bunches)
@settings(max_examples=10)
def test_segments_are_sorted(sizes: list[int]) -> None:
    """Every segment is in the common order."""
    overlay, total = PostedSegments(DESK), 0
    for size in sizes:
        post(overlay, range(total, total + size))
        total += size
        overlay.segments()

    for segment in overlay.segments():
        orders = [segment.order(position) for position in range(len(segment))]
        assert orders == sorted(orders)


@pytest.mark.parametrize("bunch", [1, 100, MANY])
def test_segments_stay_few(bunch: int) -> None:
    """Segments merge: even thousands of logs, searched one by one, are in few."""
    overlay = PostedSegments(DESK)
    for start in range(0, MANY, bunch):
        post(overlay, range(start, start + bunch))
        if bunch > 1 or start % 10 == 0:
            overlay.segments()

    assert len(overlay.segments()) <= 8


def test_searching_between_changes_nothing() -> None:
    """Logs are the same whether they were searched after each post or only in the end."""
    searched, unsearched = PostedSegments(DESK), PostedSegments(DESK)
    for serial in range(200):
        post(searched, range(serial, serial + 1))
        searched.segments()
    post(unsearched, range(200))

    assert read(searched) == read(unsearched)


def test_a_segment_given_out_does_not_change() -> None:
    """What a search is reading stays as it is while logs are posted and merged."""
    overlay = PostedSegments(DESK)
    post(overlay, range(10))
    (segment,) = overlay.segments()
    before = [segment.log_id(position) for position in range(10)]

    post(overlay, range(10, 500))
    overlay.segments()

    assert [segment.log_id(position) for position in range(len(segment))] == before


def test_a_posted_log_is_found_by_its_id() -> None:
    """The order of each posted log is known from its id, of no other id."""
    overlay = PostedSegments(DESK)
    post(overlay, range(100))

    assert [overlay.order(log["id"]) for log in read(overlay)] == [order(log) for log in read(overlay)]
    assert overlay.order(HISTORY.log_id(0)) is None
    assert overlay.order(DESK.log_id(100)) is None
    assert overlay.order("x") is None


def test_a_log_without_a_time_is_of_now() -> None:
    """A log that brings no time has that of its posting."""
    overlay = PostedSegments(DESK)
    overlay.add(new_log(time=None), BuiltinUser.OWNER, NOW)
    overlay.add(new_log(time=0), BuiltinUser.OWNER, NOW)

    assert [segment.ages[place] for segment in overlay.segments() for place in range(2)] == [-NOW, 0]
