"""Rules of the scripts: they are whole, and agree with the reference, the contract and each other."""

import numpy as np
import pytest
from histories import CONTRACT
from scripts import CASES, Case

from auditmock.editions import list_editions, open_edition
from auditmock.fixtures import stories
from auditmock.fixtures.dice import Dice
from auditmock.fixtures.fields import FIELDS
from auditmock.fixtures.names import KEYS_PER_PERSON
from auditmock.fixtures.plots import GONE, LONGEST_STORY, STORY_LENGTHS, Event
from auditmock.fixtures.resources import MADE, SUBJECTS
from auditmock.fixtures.script import MOST_WEIGHT, MixError, Script, choose_script
from auditmock.fixtures.stories import STEPS, tell_stories

REFUSED = {400, 403, 409}
"""How whatever writes or deletes may also end (reference 13.1)."""

EVENTS = [(case, event) for case in CASES for event in case.script.events]
SCRIPT = choose_script(CONTRACT)
every_event = pytest.mark.parametrize(("case", "event"), EVENTS)
every_script = pytest.mark.parametrize("script", [case.script for case in CASES])


@every_event
def test_events_are_such_as_coder_logs(case: Case, event: Event) -> None:
    """An event has a type, an action and statuses that Coder logs together."""
    refused = REFUSED if event.action in {"write", "delete"} else set()

    assert set(event.statuses) <= case.succeeds[event.resource_type, event.action] | refused


@pytest.mark.parametrize("case", CASES)
def test_whatever_coder_logs_happens(case: Case) -> None:
    """Every type and action that Coder logs is in the table."""
    assert {(event.resource_type, event.action) for event in case.script.events} == set(case.succeeds)


@every_event
def test_events_set_tracked_fields(case: Case, event: Event) -> None:  # noqa: ARG001 - of any script
    """An event sets only fields that are tracked, and none unless it succeeds."""
    assert set(event.sets) <= set(FIELDS.get(event.resource_type, ()))
    assert event.succeeds or not event.sets


@every_event
def test_reasons_are_the_contracts(case: Case, event: Event) -> None:
    """A build has a reason of the contract, nothing else has one."""
    is_build = event.resource_type == "workspace_build"
    known = case.contract.search.keys["build_reason"].values if is_build else ("",)

    assert event.reason in known


@pytest.mark.parametrize("edition", list_editions())
def test_plots_are_the_contracts(edition: str) -> None:
    """The contract weighs every plot of its table, and the weights add up to 100."""
    contract = open_edition(edition)

    assert [plot.name for plot in choose_script(contract).plots] == list(contract.history["plots"])
    assert sum(contract.history["plots"].values()) == 100


@pytest.mark.parametrize("edition", list_editions())
def test_events_are_of_the_contracts_enumerations(edition: str) -> None:
    """A script has only types and actions of its contract."""
    contract = open_edition(edition)
    script = choose_script(contract)

    assert {event.resource_type for event in script.events} <= set(contract.enum("ResourceType"))
    assert {event.action for event in script.events} <= set(contract.enum("AuditAction"))


@every_script
def test_weights_out_of_a_state_add_up(script: Script) -> None:
    """The weights of what can happen in a state add up to 100."""
    for plot in script.plots:
        for state in {event.state for event in plot.events}:
            assert sum(event.weight for event in plot.events if event.state == state) == 100


@every_script
def test_every_state_is_reached(script: Script) -> None:
    """Every state of a plot is its first one or follows from an event, and something can happen in it."""
    for plot in script.plots:
        reached = {plot.events[0].state} | {event.next for event in plot.events} - {GONE}
        assert {event.state for event in plot.events} == reached


@every_script
def test_events_fit_their_numbers(script: Script) -> None:
    """Every event has a number of 8 bits, with one to spare for none."""
    assert len(script.events) < 255


def test_no_story_outgrows_its_numbers() -> None:
    """The longest story has fewer steps than a story has draws, names and keys to give away."""
    assert LONGEST_STORY == max(STORY_LENGTHS) < min(STEPS, MADE, KEYS_PER_PERSON)


@pytest.mark.parametrize("seed", range(10))
@every_script
def test_stories_have_their_shares(script: Script, seed: int) -> None:
    """Of many stories each plot gets about its weight in percent."""
    plots = tell_stories(Dice(seed), script, 50_000).plots

    shares = 100 * np.bincount(plots, minlength=len(script.plots)) / len(plots)

    assert all(abs(share - weight) < 3 for share, weight in zip(shares, script.weights, strict=True))


def test_a_mix_changes_the_shares() -> None:
    """A plot gets the weight of the mix, and one that the mix does not name keeps its own."""
    script = choose_script(CONTRACT, {"user": 300, "group": 0})

    assert dict(zip(CONTRACT.history["plots"], script.weights, strict=True)) == {
        **CONTRACT.history["plots"],
        "user": 300,
        "group": 0,
    }
    assert script.number("group") not in tell_stories(Dice(1), script, 5000).plots


@pytest.mark.parametrize(
    ("mix", "problem"),
    [
        ({"workspaces": 5}, 'mix: "workspaces" is no plot; there are workspace, user, template, group'),
        ({"user": -1}, f"mix.user: -1 must be a whole number from 0 to {MOST_WEIGHT}"),
        ({"user": MOST_WEIGHT + 1}, f"mix.user: 1001 must be a whole number from 0 to {MOST_WEIGHT}"),
        ({"user": True}, f"mix.user: True must be a whole number from 0 to {MOST_WEIGHT}"),
        (dict.fromkeys(CONTRACT.history["plots"], 0), "mix: at least one plot must have a weight above 0"),
    ],
)
def test_a_mix_that_fits_no_script_is_refused(mix: dict[str, int], problem: str) -> None:
    """What is wrong with a mix is said, and what would be right."""
    with pytest.raises(MixError) as caught:
        choose_script(CONTRACT, mix)

    assert str(caught.value) == problem


@pytest.mark.parametrize("events", [0, 1, 2, 3, 50, 1001])
def test_stories_have_exactly_so_many_events(events: int) -> None:
    """The last story breaks off where the number asked for is reached, and none is empty."""
    told = tell_stories(Dice(1), SCRIPT, events)

    assert told.offsets[-1] == len(told.kinds) == events
    assert np.all(np.diff(told.offsets) > 0)


@pytest.mark.parametrize("seed", range(10))
@every_script
def test_a_story_is_a_walk(script: Script, seed: int) -> None:
    """Each story starts in its plot's first state, and each event where the one before it led."""
    told = tell_stories(Dice(seed), script, 2000)

    for story, number in enumerate(told.plots):
        plot = script.plots[number]
        kinds = told.kinds[told.offsets[story] : told.offsets[story + 1]]
        events = [script.events[kind] for kind in kinds]
        assert set(events) <= set(plot.events)
        assert [event.state for event in events] == [plot.events[0].state] + [
            event.next for event in events[:-1]
        ]


def test_a_bad_guess_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories are the same however many are told at first to have enough events."""
    expected = tell_stories(Dice(1), SCRIPT, 5000)
    monkeypatch.setattr(stories, "_MEAN_LENGTH", 10_000)

    told = tell_stories(Dice(1), SCRIPT, 5000)

    assert np.array_equal(told.kinds, expected.kinds)
    assert np.array_equal(told.offsets, expected.offsets)


@pytest.mark.parametrize("seed", range(5))
@every_script
def test_no_story_ends_within_a_request(script: Script, seed: int) -> None:
    """Where one request leaves two logs, both are there; only the very last story may break off."""
    told = tell_stories(Dice(seed), script, 20_000)
    owing = script.owes[script.next_states]

    assert owing.any()
    assert not owing[told.kinds[told.offsets[1:-1] - 1]].any()


def test_every_type_of_every_edition_is_a_subject() -> None:
    """Whatever type an edition has, it is known where its ids and names come from."""
    types = {name for edition in list_editions() for name in open_edition(edition).enum("ResourceType")}

    assert set(SUBJECTS) == types
