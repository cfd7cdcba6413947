"""Rules of pages over several segments: the same as over one list of all their logs."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from order_segments import Plain
from pyroaring import BitMap

from auditmock.fixtures.segments.paging import BLOCK, Part, blocks, skip, starts_after
from auditmock.fixtures.segments.segment import Matches, Order

ids = st.text("abc", min_size=1, max_size=4)
rows = st.lists(
    st.tuples(st.integers(0, 9), ids, st.integers(0, 3), st.booleans()),
    max_size=40,
    unique_by=lambda row: row[1],
)
"""Age and id of a log, the segment it is in, and whether it matches."""
Rows = list[tuple[int, str, int, bool]]
numbers = st.integers(0, 45)


def part_of(drawn: Rows, segment: int, *, whole: bool) -> Part:
    """Make a segment of the rows that belong to it, and the matches in it."""
    mine = sorted(row for row in drawn if row[2] == segment)
    marked = BitMap([place for place, row in enumerate(mine) if row[3]])
    matches = Matches(None if whole else marked, 0, len(mine))
    return Part(Plain([(age, log_id) for age, log_id, _, _ in mine]), matches)


def parts_of(drawn: Rows) -> list[Part]:
    """Make four segments of all rows; in the last one everything matches."""
    return [part_of(drawn, segment, whole=segment == 3) for segment in range(4)]


def matching(drawn: Rows) -> list[Order]:
    """List the orders of all matches in plain Python."""
    return sorted((age, log_id) for age, log_id, segment, matches in drawn if matches or segment == 3)


def shown(parts: list[Part], starts: list[int], size: int) -> list[bytes]:
    """List the logs of a page."""
    return list(chain.from_iterable(blocks(parts, starts, size)))


@given(rows, numbers, numbers)
def test_a_page_is_a_slice_of_all_matches(drawn: Rows, offset: int, size: int) -> None:
    """Skipping so many and showing so many gives that slice of the one sorted list."""
    parts = parts_of(drawn)
    expected = [repr(order).encode() for order in matching(drawn)[offset : offset + size]]

    page = shown(parts, skip(parts, [0] * len(parts), offset), len(expected))

    assert page == expected


@given(rows, st.tuples(st.integers(0, 9), ids), numbers)
def test_a_page_after_an_order_has_what_is_behind_it(drawn: Rows, after: Order, offset: int) -> None:
    """After a cursor come, in order, all matches behind it, less those skipped."""
    parts = parts_of(drawn)
    behind = [order for order in matching(drawn) if order > after][offset:]

    page = shown(parts, skip(parts, starts_after(parts, after), offset), len(behind))

    assert page == [repr(order).encode() for order in behind]


@given(rows, numbers)
def test_skipping_counts(drawn: Rows, offset: int) -> None:
    """The starts move on by the offset, or to the end."""
    parts = parts_of(drawn)

    starts = skip(parts, [0] * len(parts), offset)

    assert sum(starts) == min(offset, len(matching(drawn)))


@given(st.integers(0, 3 * BLOCK), st.integers(0, 2 * BLOCK))
def test_a_long_page_comes_in_blocks(start: int, size: int) -> None:
    """No block is longer than `BLOCK`, however long the page, and together they are the page."""
    segment = Plain([(age, "a") for age in range(4 * BLOCK)])
    part = Part(segment, Matches(None, 0, len(segment)))
    size = min(size, len(segment) - start)

    page = list(blocks([part], [start], size))

    assert all(len(block) <= BLOCK for block in page)
    assert list(chain.from_iterable(page)) == segment.show(range(start, start + size))


def test_a_block_is_written_when_it_is_asked_for() -> None:
    """A page of several blocks writes none before its turn."""
    written: list[int] = []

    class Watched(Plain):
        def log(self, position: int) -> bytes:
            written.append(position)
            return super().log(position)

    segment = Watched([(age, "a") for age in range(3 * BLOCK)])

    next(blocks([Part(segment, Matches(None, 0, len(segment)))], [0], len(segment)))

    assert len(written) == BLOCK
