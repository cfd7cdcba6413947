"""Columns of a history: one entry per log, newest first, each event exactly once."""

import numpy as np
import pytest
from histories import CONTRACT, UNTIL

from auditmock.core.timestamps import HOUR, WEEK
from auditmock.fixtures.history.history_config import choose_lifecycles
from auditmock.fixtures.history.log_columns import Columns, compute_columns
from auditmock.fixtures.history.names import SPACE_SIZES, Space
from auditmock.fixtures.history.resource_types import MAX_PER_WALK
from auditmock.fixtures.history.rng import Rng
from auditmock.fixtures.history.schedule import make_span
from auditmock.fixtures.history.target_names import resource_name

SPAN = make_span(UNTIL, 52)
LIFECYCLES = choose_lifecycles(CONTRACT)
COLUMNS = compute_columns(Rng(1), LIFECYCLES, 5000, SPAN)


@pytest.mark.parametrize("logs", [0, 1, 2, 50, 10_000])
def test_columns_have_one_entry_per_log(logs: int) -> None:
    """Each column is as long as the number of logs."""
    columns = compute_columns(Rng(3), LIFECYCLES, logs, SPAN)

    assert {
        len(column)
        for column in (columns.ages, columns.transitions, columns.actors, columns.targets, columns.events)
    } == {logs}


def test_ages_increase_strictly() -> None:
    """No two logs have the same time."""
    assert np.all(np.diff(COLUMNS.ages) > 0)


def test_ages_increase_strictly_in_a_short_span() -> None:
    """Logs within one microsecond are moved apart, so a short span holds as many as a long one."""
    crowded = compute_columns(Rng(1), LIFECYCLES, 200_000, make_span(UNTIL, 0))

    assert np.all(np.diff(crowded.ages) > 0)


def test_positions_invert_events() -> None:
    """`places` and `events` are inverse permutations."""
    assert np.array_equal(COLUMNS.events[COLUMNS.places], np.arange(5000))


def test_cells_equal_the_columns() -> None:
    """Cells have the values of the arrays, as plain integers."""
    cells = COLUMNS.cells

    assert [cells.ages[7], cells.events[7]] == [int(COLUMNS.ages[7]), int(COLUMNS.events[7])]
    assert type(cells.ages[7]) is int


def test_event_belongs_to_its_walk() -> None:
    """`walk_at` returns the walk whose range contains the event."""
    offsets = COLUMNS.walks.offsets.tolist()

    for event in range(5000):
        walk = COLUMNS.walk_at(event)
        assert offsets[walk] <= event < offsets[walk + 1]


def test_walk_is_in_order_of_time() -> None:
    """Within a walk a later event has a later time."""
    times = -COLUMNS.ages[COLUMNS.places]
    same_walk = np.ones(len(times) - 1, dtype=bool)
    same_walk[COLUMNS.walks.offsets[1:-1] - 1] = False

    assert np.all(np.diff(times)[same_walk] > 0)


def test_logs_of_one_request_are_adjacent() -> None:
    """A second event of a request has the same actor and nearly the same time."""
    for event in np.flatnonzero(
        [LIFECYCLES.transitions[number].same_request for number in COLUMNS.walks.transitions]
    ):
        place, before = COLUMNS.places[event], COLUMNS.places[event - 1]
        assert COLUMNS.actors[place] == COLUMNS.actors[before]
        assert COLUMNS.ages[before] - COLUMNS.ages[place] < 10


def test_times_are_within_the_span() -> None:
    """Every time is between start and end of the span."""
    times = -COLUMNS.ages

    assert SPAN.start <= times.min()
    assert times.max() <= UNTIL


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("remainder", [1, HOUR // 2, HOUR - 1, 3 * HOUR + 17, WEEK - 1])
def test_no_log_is_after_the_end(seed: int, remainder: int) -> None:
    """No log is later than the end, wherever in an hour that is, even with many logs."""
    until = UNTIL + remainder

    columns = compute_columns(Rng(seed), LIFECYCLES, 20_000, make_span(until, 0))

    assert -columns.ages[0] <= until


def compute_twice(logs: int) -> tuple[Columns, Columns]:
    """Compute the same history twice."""
    return compute_columns(Rng(9), LIFECYCLES, logs, SPAN), compute_columns(Rng(9), LIFECYCLES, logs, SPAN)


def test_columns_are_deterministic() -> None:
    """The same seed gives the same columns."""
    first, second = compute_twice(1000)

    assert all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("ages", "transitions", "actors", "targets", "events", "owners")
    )


@pytest.mark.parametrize("space", set(SPACE_SIZES) - {Space.EMPTY, Space.TEXT})
def test_names_of_a_walk_differ(space: Space) -> None:
    """All names of a renamed resource, and of a template's versions, differ."""
    names = {resource_name(Rng(1), space, 5, number) for number in range(MAX_PER_WALK)}

    assert len(names) == MAX_PER_WALK
