"""Rules of the scripts: they are whole, and agree with the reference, the contract and each other."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from histories import CONTRACT
from lifecycle_facts import CASES, Case

from auditmock.fixtures.history import lifecycle_walks
from auditmock.fixtures.history.history_config import MAX_WEIGHT, LifecycleTables, MixError, choose_lifecycles
from auditmock.fixtures.history.lifecycle_walks import STEPS, compute_walks
from auditmock.fixtures.history.lifecycles import basic
from auditmock.fixtures.history.lifecycles.model import GONE, LONGEST_WALK, WALK_LENGTHS, Transition
from auditmock.fixtures.history.names import KEYS_PER_PERSON
from auditmock.fixtures.history.resource_types import MAX_PER_WALK, RESOURCE_TYPES
from auditmock.fixtures.history.rng import Rng
from auditmock.fixtures.history.tracked_fields import FIELDS
from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import list_releases, open_release

REFUSED = {400, 403, 409}
"""How whatever writes or deletes may also end (reference 13.1)."""

EVENTS = [(case, event) for case in CASES for event in case.tables.events]
SCRIPT = choose_lifecycles(CONTRACT)
WEIGHTS = {each.name: each.weight for each in SCRIPT.lifecycles}
NEWEST = open_release(list_releases()[-1])
every_event = pytest.mark.parametrize(("case", "event"), EVENTS)
every_table = pytest.mark.parametrize("tables", [case.tables for case in CASES])


def contract_without(enumeration: str, value: str) -> Contract:
    """Take a value out of an enumeration of the newest release."""
    document: Any = deepcopy(NEWEST.document)
    document["components"]["schemas"][enumeration]["enum"].remove(value)
    return Contract(NEWEST.text, document)


@every_event
def test_events_are_such_as_coder_logs(case: Case, event: Transition) -> None:
    """An event has a type, an action and statuses that Coder logs together."""
    refused = REFUSED if event.action in {"write", "delete"} else set()

    assert set(event.statuses) <= case.succeeds[event.resource_type, event.action] | refused


@pytest.mark.parametrize("case", CASES)
def test_whatever_coder_logs_happens(case: Case) -> None:
    """Every type and action that Coder logs is in the table."""
    assert {(event.resource_type, event.action) for event in case.tables.events} == set(case.succeeds)


@every_event
def test_events_set_tracked_fields(case: Case, event: Transition) -> None:  # noqa: ARG001 - any release
    """An event sets only fields that are tracked, and none unless it succeeds."""
    assert set(event.sets) <= set(FIELDS.get(event.resource_type, ()))
    assert event.succeeds or not event.sets


@every_event
def test_reasons_are_the_contracts(case: Case, event: Transition) -> None:
    """A build has a reason of the contract, nothing else has one."""
    is_build = event.resource_type == "workspace_build"
    known = case.contract.search.keys["build_reason"].values if is_build else ("",)

    assert event.reason in known


@pytest.mark.parametrize("release", list_releases())
def test_weights_add_up(release: str) -> None:
    """The weights of a release's lifecycles add up to 100."""
    assert sum(choose_lifecycles(open_release(release)).weights) == 100


@pytest.mark.parametrize(("lacks", "missing"), [("ai_gateway_key", "ai_gateway_key"), ("task", "task")])
def test_lifecycles_of_unknown_types_are_left_out(lacks: str, missing: str) -> None:
    """A release without a resource type has the newest lifecycles, except those that need the type."""
    names = [each.name for each in choose_lifecycles(NEWEST).lifecycles]
    older = contract_without("ResourceType", lacks)

    assert [each.name for each in choose_lifecycles(older).lifecycles] == [
        name for name in names if name != missing
    ]


def test_a_release_without_logins_has_the_basic_lifecycles() -> None:
    """A release that does not know all actions of the newest table gets an older one."""
    assert choose_lifecycles(contract_without("AuditAction", "login")).lifecycles == basic.LIFECYCLES


@pytest.mark.parametrize("release", list_releases())
def test_events_are_of_the_contracts_enumerations(release: str) -> None:
    """The transitions of a release have only types and actions of its contract."""
    contract = open_release(release)
    tables = choose_lifecycles(contract)

    assert {event.resource_type for event in tables.events} <= set(contract.enum("ResourceType"))
    assert {event.action for event in tables.events} <= set(contract.enum("AuditAction"))


@every_table
def test_weights_out_of_a_state_add_up(tables: LifecycleTables) -> None:
    """The weights of what can happen in a state add up to 100."""
    for lifecycle in tables.lifecycles:
        for state in {event.state for event in lifecycle.events}:
            assert sum(event.weight for event in lifecycle.events if event.state == state) == 100


@every_table
def test_every_state_is_reached(tables: LifecycleTables) -> None:
    """Every state of a lifecycle is the first or follows from an event, and something can happen in it."""
    for lifecycle in tables.lifecycles:
        reached = {lifecycle.events[0].state} | {event.next for event in lifecycle.events} - {GONE}
        assert {event.state for event in lifecycle.events} == reached


@every_table
def test_events_fit_their_numbers(tables: LifecycleTables) -> None:
    """Every event has a number of 8 bits, with one to spare for none."""
    assert len(tables.events) < 255


def test_no_story_outgrows_its_numbers() -> None:
    """The longest walk has fewer steps than a walk has draws, names and keys to give away."""
    assert LONGEST_WALK == max(WALK_LENGTHS) < min(STEPS, MAX_PER_WALK, KEYS_PER_PERSON)


@pytest.mark.parametrize("seed", range(10))
@every_table
def test_stories_have_their_shares(tables: LifecycleTables, seed: int) -> None:
    """Of many walks each lifecycle gets about its weight in percent."""
    lifecycles = compute_walks(Rng(seed), tables, 50_000).lifecycles

    shares = 100 * np.bincount(lifecycles, minlength=len(tables.lifecycles)) / len(lifecycles)

    assert all(abs(share - weight) < 3 for share, weight in zip(shares, tables.weights, strict=True))


def test_a_mix_changes_the_shares() -> None:
    """A lifecycle gets the weight of the mix, and one that the mix does not name keeps its own."""
    tables = choose_lifecycles(CONTRACT, {"user": 300, "group": 0})

    assert dict(zip(WEIGHTS, tables.weights, strict=True)) == {
        **WEIGHTS,
        "user": 300,
        "group": 0,
    }
    assert tables.number("group") not in compute_walks(Rng(1), tables, 5000).lifecycles


@pytest.mark.parametrize(
    ("mix", "problem"),
    [
        ({"workspaces": 5}, 'mix: "workspaces" is no lifecycle; there are workspace, user, template, group'),
        ({"user": -1}, f"mix.user: -1 must be a whole number from 0 to {MAX_WEIGHT}"),
        ({"user": MAX_WEIGHT + 1}, f"mix.user: 1001 must be a whole number from 0 to {MAX_WEIGHT}"),
        ({"user": True}, f"mix.user: True must be a whole number from 0 to {MAX_WEIGHT}"),
        (
            dict.fromkeys(WEIGHTS, 0),
            "mix: at least one lifecycle must have a weight above 0",
        ),
    ],
)
def test_a_mix_that_fits_no_script_is_refused(mix: dict[str, int], problem: str) -> None:
    """What is wrong with a mix is said, and what would be right."""
    with pytest.raises(MixError) as caught:
        choose_lifecycles(CONTRACT, mix)

    assert str(caught.value) == problem


@pytest.mark.parametrize("events", [0, 1, 2, 3, 50, 1001])
def test_stories_have_exactly_so_many_events(events: int) -> None:
    """The last walk breaks off where the number asked for is reached, and none is empty."""
    told = compute_walks(Rng(1), SCRIPT, events)

    assert told.offsets[-1] == len(told.kinds) == events
    assert np.all(np.diff(told.offsets) > 0)


@pytest.mark.parametrize("seed", range(10))
@every_table
def test_a_story_is_a_walk(tables: LifecycleTables, seed: int) -> None:
    """Each walk starts in its lifecycle's first state, and each event where the one before it led."""
    told = compute_walks(Rng(seed), tables, 2000)

    for walk, number in enumerate(told.lifecycles):
        lifecycle = tables.lifecycles[number]
        kinds = told.kinds[told.offsets[walk] : told.offsets[walk + 1]]
        events = [tables.events[kind] for kind in kinds]
        assert set(events) <= set(lifecycle.events)
        assert [event.state for event in events] == [lifecycle.events[0].state] + [
            event.next for event in events[:-1]
        ]


def test_a_bad_guess_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories are the same however many are told at first to have enough events."""
    expected = compute_walks(Rng(1), SCRIPT, 5000)
    monkeypatch.setattr(lifecycle_walks, "_MEAN_LENGTH", 10_000)

    told = compute_walks(Rng(1), SCRIPT, 5000)

    assert np.array_equal(told.kinds, expected.kinds)
    assert np.array_equal(told.offsets, expected.offsets)


@pytest.mark.parametrize("seed", range(5))
@every_table
def test_no_story_ends_within_a_request(tables: LifecycleTables, seed: int) -> None:
    """Where one request leaves two logs, both are there; only the very last walk may break off."""
    told = compute_walks(Rng(seed), tables, 20_000)
    owing = tables.must_continue[tables.next_states]

    assert owing.any()
    assert not owing[told.kinds[told.offsets[1:-1] - 1]].any()


def test_every_type_of_every_release_is_a_subject() -> None:
    """Whatever type a release has, it is known where its ids and names come from."""
    types = {name for release in list_releases() for name in open_release(release).enum("ResourceType")}

    assert set(RESOURCE_TYPES) == types
