"""Posted segments: any number of posts and searches leaves few segments with every log."""

import json

import pytest
from histories import CONTRACT, DESCRIPTIONS, NOW, Log, make_history, new_log, order
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.posted import PostedSegments

HISTORY = make_history(logs=20)
WRITER = PostWriter(
    HISTORY, (HISTORY,), DESCRIPTIONS, CONTRACT.enum("AuditAction"), CONTRACT.enum("ResourceType")
)
MANY = 10_000

batches = st.lists(st.sampled_from([1, 2, 63, 64, 65, 66, 300, 4095, 4096, 4097]), min_size=1, max_size=6)


def post(segments: PostedSegments, serials: range) -> None:
    """Post logs with times that go up and down."""
    for serial in serials:
        segments.add(new_log(time=NOW + serial * 7919 % 1009), BuiltinUser.OWNER, NOW)


def read(segments: PostedSegments) -> list[Log]:
    """Decode all posted logs, sorted."""
    logs = [
        json.loads(segment.log(position))
        for segment in segments.segments()
        for position in range(len(segment))
    ]
    return sorted(logs, key=order)


def ids(segments: PostedSegments) -> list[str]:
    """List the ids of all posted logs."""
    return [segment.log_id(position) for segment in segments.segments() for position in range(len(segment))]


@settings(max_examples=20)
@given(batches)
def test_no_log_is_lost(sizes: list[int]) -> None:
    """Each posted log is in exactly one segment, whatever is searched in between."""
    segments, total = PostedSegments(WRITER), 0
    for size in sizes:
        post(segments, range(total, total + size))
        total += size
        segments.segments()

    found = ids(segments)

    assert len(segments) == len(found) == len(set(found)) == total


@given(batches)
@settings(max_examples=10)
def test_segments_are_sorted(sizes: list[int]) -> None:
    """Every segment is sorted."""
    segments, total = PostedSegments(WRITER), 0
    for size in sizes:
        post(segments, range(total, total + size))
        total += size
        segments.segments()

    for segment in segments.segments():
        orders = [segment.sort_key(position) for position in range(len(segment))]
        assert orders == sorted(orders)


@pytest.mark.parametrize("batch", [1, 100, MANY])
def test_segments_stay_few(batch: int) -> None:
    """Segments are merged, so thousands of logs need few."""
    segments = PostedSegments(WRITER)
    for start in range(0, MANY, batch):
        post(segments, range(start, start + batch))
        if batch > 1 or start % 10 == 0:
            segments.segments()

    assert len(segments.segments()) <= 8


def test_searches_between_posts_change_nothing() -> None:
    """Logs are the same whether searched after each post or only at the end."""
    searched, unsearched = PostedSegments(WRITER), PostedSegments(WRITER)
    for serial in range(200):
        post(searched, range(serial, serial + 1))
        searched.segments()
    post(unsearched, range(200))

    assert read(searched) == read(unsearched)


def test_returned_segment_does_not_change() -> None:
    """A returned segment stays the same while logs are posted and merged."""
    segments = PostedSegments(WRITER)
    post(segments, range(10))
    (segment,) = segments.segments()
    before = [segment.log_id(position) for position in range(10)]

    post(segments, range(10, 500))
    segments.segments()

    assert [segment.log_id(position) for position in range(len(segment))] == before


def test_posted_log_is_found_by_id() -> None:
    """The order of each posted log is found by its id, and by no other."""
    segments = PostedSegments(WRITER)
    post(segments, range(100))

    assert [segments.sort_key(log["id"]) for log in read(segments)] == [order(log) for log in read(segments)]
    assert segments.sort_key(HISTORY.log_id(0)) is None
    assert segments.sort_key(WRITER.log_id(100)) is None
    assert segments.sort_key("x") is None


def test_log_without_time_has_the_current_time() -> None:
    """A log without `time` has the time of its posting."""
    segments = PostedSegments(WRITER)
    segments.add(new_log(time=None), BuiltinUser.OWNER, NOW)
    segments.add(new_log(time=0), BuiltinUser.OWNER, NOW)

    assert [segment.ages[place] for segment in segments.segments() for place in range(2)] == [-NOW, 0]
