"""Pages over several segments equal pages of one sorted list."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from order_segments import Plain
from pyroaring import BitMap

from auditmock.fixtures.segments.paging import BLOCK, Part, blocks, skip, starts_after
from auditmock.fixtures.segments.segment import Matches, SortKey

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
    """Make a segment of its rows, and its matches."""
    members = sorted(row for row in drawn if row[2] == segment)
    positions = BitMap([position for position, row in enumerate(members) if row[3]])
    matches = Matches(None if whole else positions, 0, len(members))
    return Part(Plain([(age, log_id) for age, log_id, _, _ in members]), matches)


def parts_of(drawn: Rows) -> list[Part]:
    """Make four segments of all rows; in the last one everything matches."""
    return [part_of(drawn, segment, whole=segment == 3) for segment in range(4)]


def matching(drawn: Rows) -> list[SortKey]:
    """List the orders of all matches in plain Python."""
    return sorted((age, log_id) for age, log_id, segment, matches in drawn if matches or segment == 3)


def read_logs(parts: list[Part], starts: list[int], size: int) -> list[bytes]:
    """List the logs of a page."""
    return list(chain.from_iterable(blocks(parts, starts, size)))


@given(rows, numbers, numbers)
def test_page_is_a_slice_of_all_matches(drawn: Rows, offset: int, size: int) -> None:
    """Offset and limit give that slice of the one sorted list."""
    parts = parts_of(drawn)
    expected = [repr(order).encode() for order in matching(drawn)[offset : offset + size]]

    page = read_logs(parts, skip(parts, [0] * len(parts), offset), len(expected))

    assert page == expected


@given(rows, st.tuples(st.integers(0, 9), ids), numbers)
def test_page_after_a_cursor_has_the_later_matches(drawn: Rows, after: SortKey, offset: int) -> None:
    """A page after a cursor has the later matches in order, minus the offset."""
    parts = parts_of(drawn)
    later = [order for order in matching(drawn) if order > after][offset:]

    page = read_logs(parts, skip(parts, starts_after(parts, after), offset), len(later))

    assert page == [repr(order).encode() for order in later]


@given(rows, numbers)
def test_skip_advances_by_the_offset(drawn: Rows, offset: int) -> None:
    """The start positions advance by the offset, or to the end."""
    parts = parts_of(drawn)

    starts = skip(parts, [0] * len(parts), offset)

    assert sum(starts) == min(offset, len(matching(drawn)))


@given(st.integers(0, 3 * BLOCK), st.integers(0, 2 * BLOCK))
def test_long_page_is_split_into_blocks(start: int, size: int) -> None:
    """No block is longer than `BLOCK`, and together they are the page."""
    segment = Plain([(age, "a") for age in range(4 * BLOCK)])
    part = Part(segment, Matches(None, 0, len(segment)))
    size = min(size, len(segment) - start)

    page = list(blocks([part], [start], size))

    assert all(len(block) <= BLOCK for block in page)
    assert list(chain.from_iterable(page)) == segment.show(range(start, start + size))


def test_blocks_are_written_lazily() -> None:
    """A block is written only when it is requested."""
    written: list[int] = []

    class RecordingSegment(Plain):
        def log(self, position: int) -> bytes:
            written.append(position)
            return super().log(position)

    segment = RecordingSegment([(age, "a") for age in range(3 * BLOCK)])

    next(blocks([Part(segment, Matches(None, 0, len(segment)))], [0], len(segment)))

    assert len(written) == BLOCK
