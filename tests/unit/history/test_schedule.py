"""Schedule: ticks map to times in order, within the span, more of them in working hours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.timestamps import DAY, HOUR, SECOND, WEEK, parse_timestamp
from auditmock.fixtures.history.schedule import instants_of, make_span

FIRST, LAST = parse_timestamp("0004-01-01T00:00:00Z"), parse_timestamp("9999-12-31T23:59:59.999999Z")
MONDAY = parse_timestamp("2026-01-05T00:00:00Z")

ends = st.integers(FIRST, LAST)


@given(ends)
def test_span_starts_on_a_monday(until: int) -> None:
    """A span starts on the Monday that many full weeks before its end."""
    start = int(instants_of(make_span(until, 52), np.array([0]))[0])

    assert (start - MONDAY) % WEEK == 0
    assert 52 * WEEK <= until - start < 53 * WEEK


@given(ends)
def test_last_tick_is_within_a_minute_of_the_end(until: int) -> None:
    """The last tick is at most a minute before the end, and never after it."""
    span = make_span(until, 1)

    last = int(instants_of(span, np.array([span.ticks - 1]))[0])

    assert 0 <= until - last < 60 * SECOND


@pytest.mark.parametrize("hour", range(7 * 24))
def test_span_ends_within_its_hour(hour: int) -> None:
    """A span that ends with the last microsecond of an hour has no tick in the next."""
    until = MONDAY + (hour + 1) * HOUR - 1
    span = make_span(until, 1)

    assert instants_of(span, np.array([span.ticks - 1]))[0] <= until


@given(ends, st.data())
def test_ticks_are_in_order(until: int, data: st.DataObject) -> None:
    """A later tick has a later time."""
    span = make_span(until, 2)
    tick = data.draw(st.integers(0, span.ticks - 2))

    early, late = instants_of(span, np.array([tick, tick + 1])).tolist()

    assert early < late


@pytest.mark.parametrize(
    ("busy", "quiet"), [(10 * HOUR, 3 * HOUR), (2 * DAY + 14 * HOUR, 2 * DAY + 22 * HOUR), (DAY, 5 * DAY)]
)
def test_working_hours_have_more_ticks(busy: int, quiet: int) -> None:
    """A working hour has more ticks than a night hour; a weekday's night has as many as a weekend's."""
    ticks = np.arange(0, make_span(MONDAY + WEEK - 1, 0).ticks, 100_000)
    instants = instants_of(make_span(MONDAY + WEEK - 1, 0), ticks) - MONDAY

    def count(hour: int) -> int:
        return int(((instants >= hour) & (instants < hour + HOUR)).sum())

    assert count(busy) >= count(quiet) > 0
