"""Rules of a segment: matches are counted, cut and found as in a plain list."""

from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_segments import Plain
from pyroaring import BitMap

from auditmock.core.models import Filter
from auditmock.fixtures.segments.segment import Matches, Order, to_bitmap

ages = st.integers(-5, 5)
ids = st.text("abc", min_size=1, max_size=3)
orders = st.lists(st.tuples(ages, ids), max_size=12, unique=True).map(sorted)
positions = st.sets(st.integers(0, 30)).map(sorted)


@given(positions, st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.integers(0, 40))
def test_matches_of_a_bitmap_are_a_list(
    marked: list[int], low: int, high: int, start: int, length: int
) -> None:
    """The matches within bounds are counted and cut as a list of them would be."""
    plain = [position for position in marked if low <= position < high]

    matches = Matches(BitMap(marked), low, max(low, high))

    assert matches.count == len(plain)
    assert list(matches.run(start, length)) == plain[start : start + length]


@given(st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.integers(0, 40))
def test_matches_of_everything_are_a_range(low: int, size: int, start: int, length: int) -> None:
    """Without a bitmap all positions within bounds match."""
    matches = Matches(None, low, low + size)

    assert matches.count == size
    assert list(matches.run(start, length)) == list(range(low, low + size))[start : start + length]


@given(st.none() | positions, st.integers(0, 31), st.integers(0, 31), st.integers(0, 35))
def test_matches_before_a_position_are_counted(
    marked: list[int] | None, low: int, size: int, position: int
) -> None:
    """As many matches stand before a position as a list has below it."""
    matches = Matches(None if marked is None else BitMap(marked), low, low + size)
    plain = [place for place in range(low, low + size) if marked is None or place in marked]

    assert matches.count_before(position) == sum(place < position for place in plain)


@given(orders, ages, ids)
def test_the_position_after_an_order_is_found(listed: list[Order], age: int, log_id: str) -> None:
    """The first position behind an order is found, whether a log has that order or not."""
    assert Plain(listed).position_after((age, log_id)) == bisect_right(listed, (age, log_id))


@given(orders)
def test_a_log_has_its_order(listed: list[Order]) -> None:
    """The order of a log is its age and its id."""
    segment = Plain(listed)

    assert [segment.order(position) for position in range(len(segment))] == listed


@given(orders, st.none() | ages, st.none() | ages, st.lists(st.sampled_from("abc"), max_size=2))
def test_a_filter_finds_what_fits(
    listed: list[Order], since: int | None, until: int | None, letters: list[str]
) -> None:
    """A match lies within the times, both included, and has everything that is asked for."""
    segment = Plain(listed)
    matches = segment.matches(Filter(tuple(("letter", letter) for letter in letters), since, until))

    found = [listed[position] for position in matches.run(0, len(listed))]

    assert found == [
        (age, log_id)
        for age, log_id in listed
        if (since is None or since <= -age)
        and (until is None or -age <= until)
        and set(letters) <= set(log_id)
    ]


def test_logs_are_shown_in_the_order_asked() -> None:
    """Logs are written one for each position."""
    segment = Plain([(0, "a"), (1, "b")])

    assert segment.show([1, 0, 1]) == [segment.log(1), segment.log(0), segment.log(1)]


@pytest.mark.parametrize("chosen", [[], [False], [True, False, True], [False] * 70_000 + [True]])
def test_a_mark_has_the_chosen_positions(chosen: list[bool]) -> None:
    """A bitmap is made of the positions of what is true."""
    assert list(to_bitmap(np.array(chosen, dtype=bool))) == [
        place for place, value in enumerate(chosen) if value
    ]
