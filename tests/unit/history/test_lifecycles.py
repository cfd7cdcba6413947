"""Lifecycles: they are complete and match the reference and the contract."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from histories import CONTRACT
from lifecycle_facts import CASES, Case

from auditmock.fixtures.history import lifecycle_walks
from auditmock.fixtures.history.history_config import MAX_WEIGHT, LifecycleTables, MixError, choose_lifecycles
from auditmock.fixtures.history.lifecycle_walks import STEPS, compute_walks
from auditmock.fixtures.history.lifecycles.basic import BASIC_LIFECYCLES
from auditmock.fixtures.history.lifecycles.model import GONE, LONGEST_WALK, WALK_LENGTHS
from auditmock.fixtures.history.names import KEYS_PER_PERSON
from auditmock.fixtures.history.resource_types import MAX_PER_WALK, RESOURCE_TYPES
from auditmock.fixtures.history.rng import Rng
from auditmock.fixtures.history.tracked_fields import FIELDS
from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import list_releases, open_release

REJECTED = {400, 403, 409}
"""Error statuses of writes and deletions (reference 13.1)."""

EVENTS = [(case, event) for case in CASES for event in case.tables.transitions]
LIFECYCLES = choose_lifecycles(CONTRACT)
WEIGHTS = {each.name: each.weight for each in LIFECYCLES.lifecycles}
NEWEST = open_release(list_releases()[-1])
every_table = pytest.mark.parametrize("tables", [case.tables for case in CASES])


def contract_without(enumeration: str, value: str) -> Contract:
    """Remove a value from an enum of the newest release."""
    document: Any = deepcopy(NEWEST.document)
    document["components"]["schemas"][enumeration]["enum"].remove(value)
    return Contract(NEWEST.text, document)


def test_events_are_those_that_coder_logs() -> None:
    """Coder logs each event's type, action and statuses together."""
    offenders = [
        event
        for case, event in EVENTS
        if not set(event.statuses)
        <= case.succeeds[event.resource_type, event.action]
        | (REJECTED if event.action in {"write", "delete"} else set())
    ]

    assert offenders == []


@pytest.mark.parametrize("case", CASES)
def test_every_type_and_action_occurs(case: Case) -> None:
    """The lifecycles have every type and action that Coder logs."""
    assert {(event.resource_type, event.action) for event in case.tables.transitions} == set(case.succeeds)


def test_events_set_tracked_fields() -> None:
    """An event sets tracked fields only, and none if it fails."""
    offenders = [
        event
        for _, event in EVENTS
        if not set(event.sets) <= set(FIELDS.get(event.resource_type, ()))
        or (event.sets and not event.succeeds)
    ]

    assert offenders == []


def test_reasons_are_in_the_contract() -> None:
    """A build has a reason of the contract; other events have none."""
    offenders = [
        event
        for case, event in EVENTS
        if event.reason
        not in (
            case.contract.search.keys["build_reason"].values
            if event.resource_type == "workspace_build"
            else ("",)
        )
    ]

    assert offenders == []


@pytest.mark.parametrize("release", list_releases())
def test_weights_sum_to_100(release: str) -> None:
    """The weights of a release's lifecycles sum to 100."""
    assert sum(choose_lifecycles(open_release(release)).weights) == 100


@pytest.mark.parametrize(("lacks", "missing"), [("ai_gateway_key", "ai_gateway_key"), ("task", "task")])
def test_lifecycles_of_unknown_types_are_omitted(lacks: str, missing: str) -> None:
    """A release without a resource type has the newest lifecycles without those that need it."""
    names = [each.name for each in choose_lifecycles(NEWEST).lifecycles]
    older = contract_without("ResourceType", lacks)

    assert [each.name for each in choose_lifecycles(older).lifecycles] == [
        name for name in names if name != missing
    ]


def test_release_without_logins_has_basic_lifecycles() -> None:
    """A release without an action of the newest table gets the basic one."""
    assert choose_lifecycles(contract_without("AuditAction", "login")).lifecycles == BASIC_LIFECYCLES


@pytest.mark.parametrize("release", list_releases())
def test_events_use_enums_of_the_contract(release: str) -> None:
    """The transitions of a release have types and actions of its contract only."""
    contract = open_release(release)
    tables = choose_lifecycles(contract)

    assert {event.resource_type for event in tables.transitions} <= set(contract.enum("ResourceType"))
    assert {event.action for event in tables.transitions} <= set(contract.enum("AuditAction"))


@every_table
def test_weights_of_a_state_sum_to_100(tables: LifecycleTables) -> None:
    """The weights of the transitions from a state sum to 100."""
    for lifecycle in tables.lifecycles:
        for state in {event.state for event in lifecycle.transitions}:
            assert sum(event.weight for event in lifecycle.transitions if event.state == state) == 100


@every_table
def test_every_state_is_reached(tables: LifecycleTables) -> None:
    """Every state is the first one or reachable, and has a transition."""
    for lifecycle in tables.lifecycles:
        reached = {lifecycle.transitions[0].state} | {event.next for event in lifecycle.transitions} - {GONE}
        assert {event.state for event in lifecycle.transitions} == reached


@every_table
def test_events_fit_8_bits(tables: LifecycleTables) -> None:
    """The number of events fits 8 bits, with one value to spare."""
    assert len(tables.transitions) < 255


def test_longest_walk_fits_its_limits() -> None:
    """The longest walk has fewer steps than a walk has random numbers, names and keys."""
    assert LONGEST_WALK == max(WALK_LENGTHS) < min(STEPS, MAX_PER_WALK, KEYS_PER_PERSON)


@pytest.mark.parametrize("seed", range(10))
@every_table
def test_lifecycles_have_their_shares(tables: LifecycleTables, seed: int) -> None:
    """Each lifecycle gets about its weight in percent of many walks."""
    lifecycles = compute_walks(Rng(seed), tables, 50_000).lifecycles

    shares = 100 * np.bincount(lifecycles, minlength=len(tables.lifecycles)) / len(lifecycles)

    assert all(abs(share - weight) < 3 for share, weight in zip(shares, tables.weights, strict=True))


def test_mix_changes_the_shares() -> None:
    """A lifecycle in the mix gets that weight; the others keep theirs."""
    tables = choose_lifecycles(CONTRACT, {"user": 300, "group": 0})

    assert dict(zip(WEIGHTS, tables.weights, strict=True)) == {**WEIGHTS, "user": 300, "group": 0}
    assert tables.number("group") not in compute_walks(Rng(1), tables, 5000).lifecycles


@pytest.mark.parametrize(
    ("mix", "problem"),
    [
        (
            {"workspaces": 5},
            'mix: Unknown lifecycle "workspaces". Available: workspace, user, template, group.',
        ),
        ({"user": -1}, f"mix.user: -1 must be an integer from 0 to {MAX_WEIGHT}"),
        ({"user": MAX_WEIGHT + 1}, f"mix.user: 1001 must be an integer from 0 to {MAX_WEIGHT}"),
        ({"user": True}, f"mix.user: True must be an integer from 0 to {MAX_WEIGHT}"),
        (dict.fromkeys(WEIGHTS, 0), "mix: at least one lifecycle must have a weight above 0"),
    ],
)
def test_invalid_mix_is_rejected(mix: dict[str, int], problem: str) -> None:
    """The error of an invalid mix names the problem and the accepted values."""
    with pytest.raises(MixError) as caught:
        choose_lifecycles(CONTRACT, mix)

    assert str(caught.value) == problem


@pytest.mark.parametrize("events", [0, 1, 2, 3, 50, 1001])
def test_walks_have_the_requested_events(events: int) -> None:
    """The last walk stops at the requested number of events, and no walk is empty."""
    computed = compute_walks(Rng(1), LIFECYCLES, events)

    assert computed.offsets[-1] == len(computed.transitions) == events
    assert np.all(np.diff(computed.offsets) > 0)


@pytest.mark.parametrize("seed", range(10))
@every_table
def test_walk_follows_the_transitions(tables: LifecycleTables, seed: int) -> None:
    """Each walk starts in the first state, and each event starts in the state after the last one."""
    computed = compute_walks(Rng(seed), tables, 2000)

    for walk, number in enumerate(computed.lifecycles):
        lifecycle = tables.lifecycles[number]
        kinds = computed.transitions[computed.offsets[walk] : computed.offsets[walk + 1]]
        events = [tables.transitions[kind] for kind in kinds]
        assert set(events) <= set(lifecycle.transitions)
        assert [event.state for event in events] == [lifecycle.transitions[0].state] + [
            event.next for event in events[:-1]
        ]


def test_walks_do_not_depend_on_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walks are the same for any estimate of their mean length."""
    expected = compute_walks(Rng(1), LIFECYCLES, 5000)
    monkeypatch.setattr(lifecycle_walks, "_MEAN_LENGTH", 10_000)

    computed = compute_walks(Rng(1), LIFECYCLES, 5000)

    assert np.array_equal(computed.transitions, expected.transitions)
    assert np.array_equal(computed.offsets, expected.offsets)


@pytest.mark.parametrize("seed", range(5))
@every_table
def test_no_walk_ends_within_a_request(tables: LifecycleTables, seed: int) -> None:
    """A request with two logs has both; only the very last walk can end between them."""
    computed = compute_walks(Rng(seed), tables, 20_000)
    incomplete = tables.must_continue[tables.next_states]

    assert incomplete.any()
    assert not incomplete[computed.transitions[computed.offsets[1:-1] - 1]].any()


def test_every_type_has_a_resource_type() -> None:
    """Every resource type of every release has rules for its ids and names."""
    types = {name for release in list_releases() for name in open_release(release).enum("ResourceType")}

    assert set(RESOURCE_TYPES) == types
