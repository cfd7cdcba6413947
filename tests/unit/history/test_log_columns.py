"""Rules of the columns: one entry a log, newest first, each event in exactly one place."""

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
SCRIPT = choose_lifecycles(CONTRACT)
COLUMNS = compute_columns(Rng(1), SCRIPT, 5000, SPAN)


@pytest.mark.parametrize("logs", [0, 1, 2, 50, 10_000])
def test_every_column_has_an_entry_a_log(logs: int) -> None:
    """A history of so many logs has columns of exactly that length."""
    columns = compute_columns(Rng(3), SCRIPT, logs, SPAN)

    assert {
        len(column)
        for column in (columns.ages, columns.kinds, columns.actors, columns.targets, columns.events)
    } == {logs}


def test_ages_rise() -> None:
    """No two logs of the history have the same time."""
    assert np.all(np.diff(COLUMNS.ages) > 0)


def test_ages_rise_in_a_crowded_span() -> None:
    """Logs that fall on one microsecond are set apart, so that a short span holds as many as a long one."""
    crowded = compute_columns(Rng(1), SCRIPT, 200_000, make_span(UNTIL, 0))

    assert np.all(np.diff(crowded.ages) > 0)


def test_places_are_where_events_stand() -> None:
    """`places` and `events` undo each other."""
    assert np.array_equal(COLUMNS.events[COLUMNS.places], np.arange(5000))


def test_cells_are_the_columns() -> None:
    """What is read cell by cell is what the arrays hold, as plain integers."""
    cells = COLUMNS.cells

    assert [cells.ages[7], cells.events[7]] == [int(COLUMNS.ages[7]), int(COLUMNS.events[7])]
    assert type(cells.ages[7]) is int


def test_an_event_belongs_to_a_story() -> None:
    """The walk of an event is the one whose stretch it lies in."""
    offsets = COLUMNS.walks.offsets.tolist()

    for event in range(5000):
        walk = COLUMNS.walk_at(event)
        assert offsets[walk] <= event < offsets[walk + 1]


def test_a_story_happens_in_its_order() -> None:
    """Within a walk a later event has a later time."""
    times = -COLUMNS.ages[COLUMNS.places]
    same_story = np.ones(len(times) - 1, dtype=bool)
    same_story[COLUMNS.walks.offsets[1:-1] - 1] = False

    assert np.all(np.diff(times)[same_story] > 0)


def test_logs_of_one_request_follow_each_other() -> None:
    """An event of the same request as the one before it has the same actor, within a microsecond or so."""
    for event in np.flatnonzero([SCRIPT.events[kind].same_request for kind in COLUMNS.walks.kinds]):
        place, before = COLUMNS.places[event], COLUMNS.places[event - 1]
        assert COLUMNS.actors[place] == COLUMNS.actors[before]
        assert COLUMNS.ages[before] - COLUMNS.ages[place] < 10


def test_times_lie_in_the_span() -> None:
    """Every time lies between the span's start and its end."""
    times = -COLUMNS.ages

    assert SPAN.start <= times.min()
    assert times.max() <= UNTIL


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rest", [1, HOUR // 2, HOUR - 1, 3 * HOUR + 17, WEEK - 1])
def test_no_log_is_from_after_the_end(seed: int, rest: int) -> None:
    """Wherever in an hour the history ends, no log is newer, not even with many logs."""
    until = UNTIL + rest

    columns = compute_columns(Rng(seed), SCRIPT, 20_000, make_span(until, 0))

    assert -columns.ages[0] <= until


def compute_twice(logs: int) -> tuple[Columns, Columns]:
    """Compute the same history twice."""
    return compute_columns(Rng(9), SCRIPT, logs, SPAN), compute_columns(Rng(9), SCRIPT, logs, SPAN)


def test_columns_follow_from_the_seed() -> None:
    """The same seed gives the same columns."""
    first, second = compute_twice(1000)

    assert all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("ages", "kinds", "actors", "targets", "events", "owners")
    )


@pytest.mark.parametrize("space", set(SPACE_SIZES) - {Space.EMPTY, Space.TEXT})
def test_no_renaming_leads_back(space: Space) -> None:
    """All names one resource can have, and all of one template's versions, differ."""
    names = {resource_name(Rng(1), space, 5, number) for number in range(MAX_PER_WALK)}

    assert len(names) == MAX_PER_WALK
