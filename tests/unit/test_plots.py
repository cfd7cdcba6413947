"""Rules of the tables of what can happen: they are whole, and agree with the contract and with each other."""

import numpy as np
import pytest
from histories import CONTRACT

from auditmock.fixtures import stories
from auditmock.fixtures.columns import NAMES_PER_STORY
from auditmock.fixtures.dice import Dice
from auditmock.fixtures.fields import FIELDS
from auditmock.fixtures.names import KEYS_PER_PERSON
from auditmock.fixtures.plots import (
    EVENTS,
    FIRST_STATES,
    LONGEST_STORY,
    PLOT_WEIGHTS,
    STORY_LENGTHS,
    Event,
    Plot,
    State,
)
from auditmock.fixtures.stories import STEPS, tell_stories

WRITTEN = {
    "user": {"create", "write", "delete"},
    "template": {"create", "write", "delete"},
    "template_version": {"create", "write"},
    "workspace": {"create", "write"},
    "workspace_build": {"start", "stop", "delete"},
    "git_ssh_key": {"write"},
    "group": {"create", "write", "delete"},
}
"""Which actions Coder logs for which type (reference 13.1)."""

STATUSES = {
    ("user", "create"): {201},
    ("user", "write"): {200, 204},
    ("user", "delete"): {200},
    ("template", "create"): {201},
    ("template", "write"): {200, 304},
    ("template", "delete"): {200},
    ("template_version", "create"): {201},
    ("template_version", "write"): {201},
    ("workspace", "create"): {201},
    ("workspace", "write"): {204},
    ("workspace_build", "start"): {200, 500},
    ("workspace_build", "stop"): {200, 500},
    ("workspace_build", "delete"): {200, 500},
    ("git_ssh_key", "write"): {200},
    ("group", "create"): {201},
    ("group", "write"): {200},
    ("group", "delete"): {200},
}
"""With which status (reference 13.1); whatever writes or deletes may also be refused."""

every_event = pytest.mark.parametrize("event", EVENTS)


@every_event
def test_events_are_such_as_coder_logs(event: Event) -> None:
    """An event has a type, an action and statuses that Coder logs together."""
    refused = {400, 403, 409} if event.action in {"write", "delete"} else set()

    assert event.action in WRITTEN[event.resource_type]
    assert set(event.statuses) <= STATUSES[event.resource_type, event.action] | refused


def test_whatever_coder_logs_happens() -> None:
    """Every type and action that Coder logs is in the table."""
    happening: dict[str, set[str]] = {}
    for event in EVENTS:
        happening.setdefault(event.resource_type, set()).add(event.action)

    assert happening == WRITTEN


@every_event
def test_events_set_tracked_fields(event: Event) -> None:
    """An event sets only fields that Coder tracks, and none unless it succeeds."""
    assert set(event.sets) <= set(FIELDS.get(event.resource_type, ()))
    assert event.succeeds or not event.sets


@every_event
def test_reasons_are_the_contracts(event: Event) -> None:
    """A build has a reason of the contract, nothing else has one."""
    known = CONTRACT.search.keys["build_reason"].values if event.resource_type == "workspace_build" else ("",)

    assert event.reason in known


@every_event
def test_a_deletion_ends_a_story(event: Event) -> None:
    """A story ends by a deletion that succeeds and by nothing else."""
    assert (event.next is State.GONE) == (event.action == "delete" and event.succeeds)


@pytest.mark.parametrize("state", set(State) - {State.GONE})
def test_weights_out_of_a_state_add_up(state: State) -> None:
    """The weights of what can happen in a state add up to 100."""
    assert sum(event.weight for event in EVENTS if event.state is state) == 100


def test_plots_add_up() -> None:
    """The weights of the plots add up to 100, and each plot has a first state."""
    assert sum(PLOT_WEIGHTS.values()) == 100
    assert PLOT_WEIGHTS.keys() == FIRST_STATES.keys() == set(Plot)


def test_every_state_is_reached() -> None:
    """Every state is the first of a plot or follows from an event."""
    assert set(FIRST_STATES.values()) | {event.next for event in EVENTS} == set(State)


def test_no_story_outgrows_its_numbers() -> None:
    """The longest story has fewer steps than a story has draws, names and keys to give away."""
    assert LONGEST_STORY == max(STORY_LENGTHS) < min(STEPS, NAMES_PER_STORY, KEYS_PER_PERSON)


@pytest.mark.parametrize("seed", range(10))
def test_stories_have_their_shares(seed: int) -> None:
    """Of many stories each plot gets about its weight in percent."""
    plots = tell_stories(Dice(seed), 50_000).plots

    shares = 100 * np.bincount(plots, minlength=len(Plot)) / len(plots)

    assert all(abs(shares[plot] - weight) < 3 for plot, weight in PLOT_WEIGHTS.items())


@pytest.mark.parametrize("events", [0, 1, 2, 3, 50, 1001])
def test_stories_have_exactly_so_many_events(events: int) -> None:
    """The last story breaks off where the number asked for is reached, and none is empty."""
    told = tell_stories(Dice(1), events)

    assert told.offsets[-1] == len(told.kinds) == events
    assert np.all(np.diff(told.offsets) > 0)


@pytest.mark.parametrize("seed", range(10))
def test_a_story_is_a_walk(seed: int) -> None:
    """Each story starts in its plot's first state, and each event where the one before it led."""
    told = tell_stories(Dice(seed), 2000)

    for story, plot in enumerate(told.plots):
        events = [EVENTS[kind] for kind in told.kinds[told.offsets[story] : told.offsets[story + 1]]]
        assert [event.state for event in events] == [FIRST_STATES[Plot(plot)]] + [
            event.next for event in events[:-1]
        ]


def test_a_bad_guess_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories are the same however many are told at first to have enough events."""
    expected = tell_stories(Dice(1), 5000)
    monkeypatch.setattr(stories, "_MEAN_LENGTH", 10_000)

    told = tell_stories(Dice(1), 5000)

    assert np.array_equal(told.kinds, expected.kinds)
    assert np.array_equal(told.offsets, expected.offsets)


@pytest.mark.parametrize("seed", range(5))
def test_no_story_ends_within_a_request(seed: int) -> None:
    """Where one request leaves two logs, both are there; only the very last story may break off."""
    told = tell_stories(Dice(seed), 20_000)
    owing = [
        kind
        for kind, event in enumerate(EVENTS)
        if all(after.same_request for after in EVENTS if after.state is event.next)
        and event.next is not State.GONE
    ]

    last = told.kinds[told.offsets[1:-1] - 1]
    assert owing
    assert not set(last) & set(owing)
