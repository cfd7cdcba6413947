"""History: number of logs, determinism per seed, and lookups."""

import hashlib
from collections.abc import Callable, Mapping

import pytest
from histories import CONTRACT, FIELD_OF_KEY, NO_VALUE, UNTIL, Log, decode, make_history
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycle_facts import BASIC, CASES, CURRENT, Case
from pyroaring import BitMap

from auditmock.core.constants import NIL_UUID
from auditmock.core.timestamps import DAY, WEEK, parse_timestamp
from auditmock.fixtures.history.builtin_users import BUILTIN_USERS, BuiltinUser
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.history_config import HistoryConfig
from auditmock.fixtures.history.ids import Kind
from auditmock.fixtures.segments.segment import Resource

FIELDS: Mapping[str, Callable[[Log], str]] = {
    **FIELD_OF_KEY,
    "request_id": lambda log: str(log["request_id"]),
    "organization": lambda log: (
        NO_VALUE if log["organization_id"] == NIL_UUID else str(log["organization_id"])
    ),
}
"""The field that each search key of any release matches."""


class DecodedHistory:
    """A history, its decoded logs, and all values that a search can find."""

    def __init__(self, case: Case, logs: int) -> None:
        self.case = case
        self.history = make_history(seed=1, logs=logs, contract=case.contract)
        self.logs = decode(self.history)
        found_values = {field(log).lower() for log in self.logs for field in FIELDS.values()}
        self.values = sorted(found_values - {NO_VALUE})


BASIC_HISTORY, CURRENT_HISTORY = DECODED = DecodedHistory(BASIC, 1500), DecodedHistory(CURRENT, 3000)
HISTORY, LOGS = BASIC_HISTORY.history, BASIC_HISTORY.logs
every_history = pytest.mark.parametrize("known", DECODED, ids=lambda known: known.case.release)
RESOURCES = (
    Kind.WORKSPACE,
    Kind.WORKSPACE_BUILD,
    Kind.TEMPLATE,
    Kind.TEMPLATE_VERSION,
    Kind.USER,
    Kind.GROUP,
)
SHARED_IDS = (
    {
        *("user", "git_ssh_key", "api_key", "convert_login", "organization_member", "ai_seat"),
        "user_ai_budget_override",
    },
    {"group", "group_ai_budget"},
)
"""Types that share ids (reference 13.3)."""

GOLDEN = "9374f21dbf4eb16b9751033dc67d126ca64ddcc9682f46c92a13d1396fe62afe"
"""SHA-256 of the rows of seed 1 with 2,000 logs; the same on every Python and platform."""


def digest(seed: int = 1, logs: int = 2000, until: int = UNTIL) -> str:
    """Return the SHA-256 of all rows of a history."""
    history = make_history(seed, logs, until)
    return hashlib.sha256(b"\n".join(map(history.log, range(len(history))))).hexdigest()


def test_history_is_the_same_on_every_machine() -> None:
    """The bytes of a history are the same on every Python and platform."""
    assert digest() == GOLDEN


@pytest.mark.parametrize(
    ("seed", "until"), [(2, UNTIL), (0, UNTIL), (-1, UNTIL), (2**64 + 2, UNTIL), (1, UNTIL + DAY)]
)
def test_seed_and_end_change_the_history(seed: int, until: int) -> None:
    """Another seed or end gives other bytes."""
    assert digest(seed, 50, until) != digest(1, 50)


@pytest.mark.parametrize("logs", [0, 1, 2, 50, 10_000])
def test_history_has_the_requested_length(logs: int) -> None:
    """A history has the requested number of logs, and each can be shown."""
    history = make_history(logs=logs)

    assert len(history) == logs
    assert len(history.show(range(max(0, logs - 50), logs))) == min(logs, 50)


@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("case", CASES)
def test_default_history_has_every_type_and_action(case: Case, seed: int) -> None:
    """10,000 logs include every type with every action that Coder logs, and every build reason."""
    history = make_history(seed, 10_000, contract=case.contract)
    reasons = {event.reason for event in case.tables.transitions} - {""}

    pairs = {pair for pair in case.succeeds if find_logs(history, *pair)}

    assert pairs == set(case.succeeds)
    assert all(history.select("build_reason", reason) for reason in reasons)


def find_logs(history: History, resource_type: str, action: str) -> BitMap:
    """Find the logs of an action on a type."""
    return history.select("resource_type", resource_type) & history.select("action", action)


@settings(max_examples=30)
@given(st.integers(parse_timestamp("0010-01-01T00:00:00Z"), parse_timestamp("9999-12-31T23:59:59.999999Z")))
def test_history_ends_at_the_requested_time(until: int) -> None:
    """The newest log is before the end, the oldest within 53 weeks of it."""
    history = make_history(logs=60, until=until)

    assert until - 53 * WEEK < -history.ages[-1] < -history.ages[0] <= until


@pytest.mark.parametrize("weeks", [1, 2, 104])
def test_history_spans_the_requested_weeks(weeks: int) -> None:
    """The oldest log is shortly after the Monday that many full weeks before the end."""
    history = History(HistoryConfig(1, 2000, UNTIL, weeks=weeks), CONTRACT)

    assert UNTIL - (weeks + 1) * WEEK < -history.ages[-1] < UNTIL - (weeks - 1) * WEEK


@every_history
def test_mix_selects_lifecycles(known: DecodedHistory) -> None:
    """The history has resource types of the mix's lifecycles only, in every release."""
    lifecycles = {lifecycle.name: lifecycle for lifecycle in known.case.tables.lifecycles}
    mix = {**dict.fromkeys(lifecycles, 0), "group": 3, "template": 1}
    history = History(HistoryConfig(1, 2000, UNTIL, mix=mix), known.case.contract)
    types = {event.resource_type for name in ("group", "template") for event in lifecycles[name].transitions}

    assert {log["resource_type"] for log in decode(history)} == types


def test_later_end_shifts_the_history() -> None:
    """A history that ends whole weeks later differs in its times only."""
    earlier, later = make_history(logs=60), make_history(logs=60, until=UNTIL + 3 * WEEK)

    assert [age - 3 * WEEK for age in earlier.ages] == list(later.ages)


def test_shown_logs_equal_written_logs() -> None:
    """`show` returns the same bytes as `log`, also from the cache."""
    written = [HISTORY.log(position) for position in (3, 1, 3, 4)]

    assert [HISTORY.show([3, 1, 3, 4]) for _ in range(2)] == [written, written]


@pytest.mark.parametrize("key", FIELDS)
@every_history
def test_every_value_finds_its_logs(known: DecodedHistory, key: str) -> None:
    """Each value finds exactly the logs that have it."""
    positions: dict[str, list[int]] = {}
    for position, log in enumerate(known.logs):
        positions.setdefault(FIELDS[key](log).lower(), []).append(position)
    positions.pop(NO_VALUE, None)

    assert {value: list(known.history.select(key, value)) for value in positions} == positions


@given(st.data())
@every_history
def test_any_value_finds_its_logs(known: DecodedHistory, data: st.DataObject) -> None:
    """Any text finds the logs that have it for that key, possibly none."""
    key = data.draw(st.sampled_from(sorted(FIELDS)))
    value = data.draw(st.one_of(st.sampled_from(known.values), st.text()))

    assert list(known.history.select(key, value)) == [
        position for position, log in enumerate(known.logs) if FIELDS[key](log).lower() == value
    ]


@pytest.mark.parametrize("value", [HISTORY.names.username(0) + "0", HISTORY.names.username(9) + "999"])
@pytest.mark.parametrize("key", ["username", "resource_target"])
def test_unknown_username_finds_nothing(key: str, value: str) -> None:
    """A username with an unused number finds no log."""
    assert not HISTORY.select(key, value)


def test_log_is_found_by_id() -> None:
    """`position` and `log_id` are inverse."""
    positions = range(len(HISTORY))

    assert [HISTORY.log_id(position) for position in positions] == [log["id"] for log in LOGS]
    assert [HISTORY.position(log["id"]) for log in LOGS] == list(positions)


@pytest.mark.parametrize(
    "log_id",
    [
        HISTORY.ids.uuid(Kind.LOG, len(HISTORY)),
        HISTORY.ids.uuid(Kind.POSTED_LOG, 0),
        LOGS[0]["request_id"],
        "00000000-0000-0000-0000-000000000000",
        "x",
    ],
)
def test_id_of_no_log_has_no_position(log_id: str) -> None:
    """An id of a later log, of another object, or of nothing has no position."""
    assert HISTORY.position(log_id) is None


@every_history
def test_deletable_resources_are_found(known: DecodedHistory) -> None:
    """Every deletable resource is found by type and id, with its deletion state."""
    for log in known.logs:
        if log["resource_type"] in known.history.descriptions.deletable:
            resource = known.history.resource(log["resource_type"], log["resource_id"])
            assert resource is not None
            assert resource.is_gone == log["is_deleted"]


@every_history
def test_owners_are_found(known: DecodedHistory) -> None:
    """The owner of a workspace, build or task is the user of its logs."""
    for log in known.logs:
        if log["resource_type"] in {"workspace", "workspace_build", "task"}:
            resource = known.history.resource(log["resource_type"], log["resource_id"])
            assert resource is not None
            assert resource.owner == log["user"]["username"]


@pytest.mark.parametrize("number", [BuiltinUser.OWNER, BuiltinUser.AUDITOR, BUILTIN_USERS - 1])
def test_builtin_users_are_found(number: int) -> None:
    """Built-in users are found, though no log creates them."""
    user = HISTORY.users.get(number)

    assert HISTORY.resource("user", user.id) == Resource(is_gone=False, owner=user.username)


def test_used_templates_are_found() -> None:
    """Templates of workspaces are found and not deleted, though no log creates them."""
    created = [log for log in LOGS if (log["resource_type"], log["action"]) == ("workspace", "create")]
    used = {log["diff"]["template_id"]["new"] for log in created}

    resources = [HISTORY.resource("template", template) for template in used]

    assert [resource and resource.is_gone for resource in resources] == [False] * len(used)


@every_history
def test_resource_is_found_by_its_type_only(known: DecodedHistory) -> None:
    """An id is found by its own type only, except for types that share ids."""
    types = known.case.contract.enum("ResourceType")
    for resource_id, own in {log["resource_id"]: log["resource_type"] for log in known.logs}.items():
        find_logs = {kind for kind in types if known.history.resource(kind, resource_id)}
        assert find_logs <= {own} or any(find_logs | {own} <= shared for shared in SHARED_IDS)


@pytest.mark.parametrize("kind", [Kind.LOG, Kind.UNKNOWN_RESOURCE, Kind.ORGANIZATION, *RESOURCES])
@pytest.mark.parametrize("number", [10**6, 2**52 - 1])
@pytest.mark.parametrize("resource_type", CONTRACT.enum("ResourceType"))
def test_unused_id_is_no_resource(kind: Kind, number: int, resource_type: str) -> None:
    """An id that no resource has finds no resource and no log."""
    resource_id = HISTORY.ids.uuid(kind, number)

    assert HISTORY.resource(resource_type, resource_id) is None
    assert not HISTORY.select("resource_id", resource_id)


def test_foreign_id_is_no_resource() -> None:
    """An id from elsewhere finds no resource."""
    assert HISTORY.resource("user", "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197") is None


def test_organizations_are_found_by_name_and_id() -> None:
    """Each organization of the logs is found by its name and id, and by no other."""
    history = CURRENT_HISTORY.history
    shown = {
        log["organization"]["name"]: log["organization_id"]
        for log in CURRENT_HISTORY.logs
        if "organization" in log
    }

    assert len(shown) > 3
    assert {name: history.organization(name) for name in shown} == shown
    assert {name: history.organization_name(value) for name, value in shown.items()} == {
        name: name for name in shown
    }
    assert history.organization("nobody-division") is None
    assert history.organization_name(LOGS[0]["id"]) == ""


def test_unknown_organization_is_not_found() -> None:
    """A history of basic lifecycles knows the default organization only."""
    beyond = HISTORY.ids.uuid(Kind.ORGANIZATION, 1)

    assert HISTORY.organization_name(beyond) == ""
    assert not HISTORY.select("organization", beyond)
