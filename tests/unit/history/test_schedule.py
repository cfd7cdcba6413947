"""Rules of the rhythm: ticks map to instants in order, within the span, more of them when people work."""

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
def test_a_span_starts_on_the_monday_so_many_full_weeks_before(until: int) -> None:
    """The first tick is a Monday's first instant, the given weeks and less than one more before the end."""
    start = int(instants_of(make_span(until, 52), np.array([0]))[0])

    assert (start - MONDAY) % WEEK == 0
    assert 52 * WEEK <= until - start < 53 * WEEK


@given(ends)
def test_the_last_tick_is_hardly_before_the_end(until: int) -> None:
    """The last tick never lies behind the end of the span, nor a minute before it."""
    span = make_span(until, 1)

    last = int(instants_of(span, np.array([span.ticks - 1]))[0])

    assert 0 <= until - last < 60 * SECOND


@pytest.mark.parametrize("hour", range(7 * 24))
def test_the_end_of_each_hour_is_kept(hour: int) -> None:
    """A span that ends with the last microsecond of an hour has no tick in the next."""
    until = MONDAY + (hour + 1) * HOUR - 1
    span = make_span(until, 1)

    assert instants_of(span, np.array([span.ticks - 1]))[0] <= until


@given(ends, st.data())
def test_ticks_keep_their_order(until: int, data: st.DataObject) -> None:
    """A later tick is a later instant."""
    span = make_span(until, 2)
    tick = data.draw(st.integers(0, span.ticks - 2))

    early, late = instants_of(span, np.array([tick, tick + 1])).tolist()

    assert early < late


@pytest.mark.parametrize(
    ("busy", "quiet"), [(10 * HOUR, 3 * HOUR), (2 * DAY + 14 * HOUR, 2 * DAY + 22 * HOUR), (DAY, 5 * DAY)]
)
def test_people_work_in_working_hours(busy: int, quiet: int) -> None:
    """An hour of work has more ticks than one of the night, a weekday's night as many as the weekend's."""
    ticks = np.arange(0, make_span(MONDAY + WEEK - 1, 0).ticks, 100_000)
    instants = instants_of(make_span(MONDAY + WEEK - 1, 0), ticks) - MONDAY

    def count(hour: int) -> int:
        return int(((instants >= hour) & (instants < hour + HOUR)).sum())

    assert count(busy) >= count(quiet) > 0
