"""Segment: matches are counted, sliced and found as in a plain list."""

from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_segments import Plain
from pyroaring import BitMap

from auditmock.core.models import Filter
from auditmock.fixtures.segments.segment import Matches, SortKey, to_bitmap

ages = st.integers(-5, 5)
ids = st.text("abc", min_size=1, max_size=3)
orders = st.lists(st.tuples(ages, ids), max_size=12, unique=True).map(sorted)
positions = st.sets(st.integers(0, 30)).map(sorted)


@given(positions, st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.integers(0, 40))
def test_matches_of_a_bitmap_equal_a_list(
    positions_of_matches: list[int], low: int, high: int, start: int, length: int
) -> None:
    """Matches within bounds are counted and sliced like a list."""
    plain = [position for position in positions_of_matches if low <= position < high]

    matches = Matches(BitMap(positions_of_matches), low, max(low, high))

    assert matches.count == len(plain)
    assert list(matches.slice(start, length)) == plain[start : start + length]


@given(st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.integers(0, 40))
def test_matches_without_a_bitmap_are_a_range(low: int, size: int, start: int, length: int) -> None:
    """Without a bitmap all positions within bounds match."""
    matches = Matches(None, low, low + size)

    assert matches.count == size
    assert list(matches.slice(start, length)) == list(range(low, low + size))[start : start + length]


@given(st.none() | positions, st.integers(0, 31), st.integers(0, 31), st.integers(0, 35))
def test_matches_before_a_position_are_counted(
    positions_of_matches: list[int] | None, low: int, size: int, position: int
) -> None:
    """`count_before` counts the matches below a position."""
    matches = Matches(None if positions_of_matches is None else BitMap(positions_of_matches), low, low + size)
    plain = [
        index
        for index in range(low, low + size)
        if positions_of_matches is None or index in positions_of_matches
    ]

    assert matches.count_before(position) == sum(index < position for index in plain)


@given(orders, ages, ids)
def test_position_after_an_order_is_found(rows: list[SortKey], age: int, log_id: str) -> None:
    """The first position after an order is found, whether a log has that order or not."""
    assert Plain(rows).position_after((age, log_id)) == bisect_right(rows, (age, log_id))


@given(orders)
def test_order_is_age_and_id(rows: list[SortKey]) -> None:
    """The order of a log is its age and id."""
    segment = Plain(rows)

    assert [segment.sort_key(position) for position in range(len(segment))] == rows


@given(orders, st.none() | ages, st.none() | ages, st.lists(st.sampled_from("abc"), max_size=2))
def test_filter_finds_matching_logs(
    rows: list[SortKey], since: int | None, until: int | None, letters: list[str]
) -> None:
    """A match is within the times, inclusive, and has every value of the filter."""
    segment = Plain(rows)
    matches = segment.matches(Filter(tuple(("letter", letter) for letter in letters), since, until))

    found = [rows[position] for position in matches.slice(0, len(rows))]

    assert found == [
        (age, log_id)
        for age, log_id in rows
        if (since is None or since <= -age)
        and (until is None or -age <= until)
        and set(letters) <= set(log_id)
    ]


def test_logs_are_shown_in_the_given_order() -> None:
    """`show` returns one log per position, in the given order."""
    segment = Plain([(0, "a"), (1, "b")])

    assert segment.show([1, 0, 1]) == [segment.log(1), segment.log(0), segment.log(1)]


@pytest.mark.parametrize("flags", [[], [False], [True, False, True], [False] * 70_000 + [True]])
def test_bitmap_has_the_true_positions(flags: list[bool]) -> None:
    """`to_bitmap` returns the positions of true values."""
    assert list(to_bitmap(np.array(flags, dtype=bool))) == [
        index for index, value in enumerate(flags) if value
    ]
