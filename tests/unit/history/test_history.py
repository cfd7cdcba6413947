"""Rules of the history: as many logs as asked for, the same for a seed, each found by what it says."""

import hashlib
from collections.abc import Callable, Mapping

import pytest
from histories import CONTRACT, FIELD_OF_KEY, NO_VALUE, UNTIL, Log, decode, make_history
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycle_facts import CASES, EARLY, TODAY, Case
from pyroaring import BitMap

from auditmock.core.constants import NIL_UUID
from auditmock.core.timestamps import DAY, WEEK, parse_timestamp
from auditmock.fixtures.history.builtin_users import BUILTIN_USERS, BuiltinUser
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.history_config import HistoryConfig
from auditmock.fixtures.history.ids import Kind
from auditmock.fixtures.segments.base import Resource

LOOKS: Mapping[str, Callable[[Log], str]] = {
    **FIELD_OF_KEY,
    "request_id": lambda log: str(log["request_id"]),
    "organization": lambda log: (
        NO_VALUE if log["organization_id"] == NIL_UUID else str(log["organization_id"])
    ),
}
"""What each search key of any release looks at in a log."""


class Known:
    """A history, its decoded logs, and all values that a search may find in them."""

    def __init__(self, case: Case, logs: int) -> None:
        self.case = case
        self.history = make_history(seed=1, logs=logs, contract=case.contract)
        self.logs = decode(self.history)
        looked = {look(log).lower() for log in self.logs for look in LOOKS.values()}
        self.values = sorted(looked - {NO_VALUE})


EARLY_HISTORY, TODAYS_HISTORY = KNOWN = Known(EARLY, 1500), Known(TODAY, 3000)
HISTORY, LOGS = EARLY_HISTORY.history, EARLY_HISTORY.logs
every_history = pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.case.release)
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
"""Types that go by one id (reference 13.3)."""

GOLDEN = "9374f21dbf4eb16b9751033dc67d126ca64ddcc9682f46c92a13d1396fe62afe"
"""SHA-256 of the rows of seed 1 with 2,000 logs; the same on every Python and platform."""


def digest(seed: int = 1, logs: int = 2000, until: int = UNTIL) -> str:
    """Hash all rows of a history."""
    history = make_history(seed, logs, until)
    return hashlib.sha256(b"\n".join(map(history.log, range(len(history))))).hexdigest()


def test_a_seed_gives_the_same_bytes_everywhere() -> None:
    """The bytes of a history are those of every other machine."""
    assert digest() == GOLDEN


@pytest.mark.parametrize(
    ("seed", "until"), [(2, UNTIL), (0, UNTIL), (-1, UNTIL), (2**64 + 2, UNTIL), (1, UNTIL + DAY)]
)
def test_another_seed_gives_other_bytes(seed: int, until: int) -> None:
    """Seed and end of the history both count."""
    assert digest(seed, 50, until) != digest(1, 50)


@pytest.mark.parametrize("logs", [0, 1, 2, 50, 10_000])
def test_there_are_exactly_so_many_logs(logs: int) -> None:
    """A history has as many logs as it was asked for, and each of them can be shown."""
    history = make_history(logs=logs)

    assert len(history) == logs
    assert len(history.show(range(max(0, logs - 50), logs))) == min(logs, 50)


@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("case", CASES)
def test_everything_coder_logs_is_in_the_default_history(case: Case, seed: int) -> None:
    """Ten thousand logs have every type with every action that Coder logs of it, and every build reason."""
    history = make_history(seed, 10_000, contract=case.contract)
    reasons = {event.reason for event in case.tables.events} - {""}

    pairs = {pair for pair in case.succeeds if found(history, *pair)}

    assert pairs == set(case.succeeds)
    assert all(history.select("build_reason", reason) for reason in reasons)


def found(history: History, resource_type: str, action: str) -> BitMap:
    """Find the logs of an action on a type."""
    return history.select("resource_type", resource_type) & history.select("action", action)


@settings(max_examples=30)
@given(st.integers(parse_timestamp("0010-01-01T00:00:00Z"), parse_timestamp("9999-12-31T23:59:59.999999Z")))
def test_the_history_ends_when_it_is_told_to(until: int) -> None:
    """The newest log lies before the end, the oldest within 53 weeks of it."""
    history = make_history(logs=60, until=until)

    assert until - 53 * WEEK < -history.ages[-1] < -history.ages[0] <= until


@pytest.mark.parametrize("weeks", [1, 2, 104])
def test_the_history_is_as_long_as_it_is_told_to(weeks: int) -> None:
    """The oldest log lies after the Monday so many full weeks before the end, and not long after it."""
    history = History(HistoryConfig(1, 2000, UNTIL, weeks=weeks), CONTRACT)

    assert UNTIL - (weeks + 1) * WEEK < -history.ages[-1] < UNTIL - (weeks - 1) * WEEK


@every_history
def test_a_mix_chooses_what_is_told(known: Known) -> None:
    """The history contains only resource types of the mix's lifecycles, in every release."""
    lifecycles = {lifecycle.name: lifecycle for lifecycle in known.case.tables.lifecycles}
    mix = {**dict.fromkeys(lifecycles, 0), "group": 3, "template": 1}
    history = History(HistoryConfig(1, 2000, UNTIL, mix=mix), known.case.contract)
    types = {event.resource_type for name in ("group", "template") for event in lifecycles[name].events}

    assert {log["resource_type"] for log in decode(history)} == types


def test_a_later_end_moves_the_history() -> None:
    """A history that ends whole weeks later is the same but for its times."""
    earlier, later = make_history(logs=60), make_history(logs=60, until=UNTIL + 3 * WEEK)

    assert [age - 3 * WEEK for age in earlier.ages] == list(later.ages)


def test_logs_shown_are_logs_written() -> None:
    """What is shown from memory is what was written."""
    written = [HISTORY.log(position) for position in (3, 1, 3, 4)]

    assert [HISTORY.show([3, 1, 3, 4]) for _ in range(2)] == [written, written]


@pytest.mark.parametrize("key", LOOKS)
@every_history
def test_every_value_is_found(known: Known, key: str) -> None:
    """For each value that a log has, exactly the logs that have it are found."""
    places: dict[str, list[int]] = {}
    for place, log in enumerate(known.logs):
        places.setdefault(LOOKS[key](log).lower(), []).append(place)
    places.pop(NO_VALUE, None)

    assert {value: list(known.history.select(key, value)) for value in places} == places


@given(st.data())
@every_history
def test_a_value_is_found_where_it_stands(known: Known, data: st.DataObject) -> None:
    """A value finds the logs that have it for that key, none if no log has; asking does no harm."""
    key = data.draw(st.sampled_from(sorted(LOOKS)))
    value = data.draw(st.one_of(st.sampled_from(known.values), st.text()))

    assert list(known.history.select(key, value)) == [
        place for place, log in enumerate(known.logs) if LOOKS[key](log).lower() == value
    ]


@pytest.mark.parametrize("value", [HISTORY.names.username(0) + "0", HISTORY.names.username(9) + "999"])
@pytest.mark.parametrize("key", ["username", "resource_target"])
def test_a_namesake_nobody_is_finds_nothing(key: str, value: str) -> None:
    """A username with a number that nobody bears finds no log."""
    assert not HISTORY.select(key, value)


def test_a_log_is_found_by_its_id() -> None:
    """The position of a log is found from its id, and its id from its position."""
    places = range(len(HISTORY))

    assert [HISTORY.log_id(place) for place in places] == [log["id"] for log in LOGS]
    assert [HISTORY.position(log["id"]) for log in LOGS] == list(places)


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
def test_an_id_of_no_log_has_no_position(log_id: str) -> None:
    """An id beyond the history, of something else, or of nothing has no position."""
    assert HISTORY.position(log_id) is None


@every_history
def test_resources_are_known(known: Known) -> None:
    """Every resource that can be gone is found by type and id, gone if its logs say so."""
    for log in known.logs:
        if log["resource_type"] in known.history.descriptions.deletable:
            resource = known.history.resource(log["resource_type"], log["resource_id"])
            assert resource is not None
            assert resource.is_gone == log["is_deleted"]


@every_history
def test_owners_are_known(known: Known) -> None:
    """A workspace and its builds belong to whoever acts on them."""
    for log in known.logs:
        if log["resource_type"] in {"workspace", "workspace_build", "task"}:
            resource = known.history.resource(log["resource_type"], log["resource_id"])
            assert resource is not None
            assert resource.owner == log["user"]["username"]


@pytest.mark.parametrize("number", [BuiltinUser.OWNER, BuiltinUser.AUDITOR, BUILTIN_USERS - 1])
def test_staff_is_known_though_nothing_tells_of_it(number: int) -> None:
    """Who was there before the history began still is."""
    person = HISTORY.users.get(number)

    assert HISTORY.resource("user", person.id) == Resource(is_gone=False, owner=person.username)


def test_templates_in_use_are_known() -> None:
    """The templates that workspaces are made from were there before, and still are."""
    created = [log for log in LOGS if (log["resource_type"], log["action"]) == ("workspace", "create")]
    used = {log["diff"]["template_id"]["new"] for log in created}

    resources = [HISTORY.resource("template", template) for template in used]

    assert [resource and resource.is_gone for resource in resources] == [False] * len(used)


@every_history
def test_resources_go_by_their_type(known: Known) -> None:
    """No id is known as that of another type, but that of a user (whose things go by it) or of a group."""
    types = known.case.contract.enum("ResourceType")
    for resource_id, own in {log["resource_id"]: log["resource_type"] for log in known.logs}.items():
        found = {kind for kind in types if known.history.resource(kind, resource_id)}
        assert found <= {own} or any(found | {own} <= shared for shared in SHARED_IDS)


@pytest.mark.parametrize("kind", [Kind.LOG, Kind.UNKNOWN_RESOURCE, Kind.ORGANIZATION, *RESOURCES])
@pytest.mark.parametrize("number", [10**6, 2**52 - 1])
@pytest.mark.parametrize("resource_type", CONTRACT.enum("ResourceType"))
def test_an_id_beyond_the_history_is_no_resource(kind: Kind, number: int, resource_type: str) -> None:
    """An id that was never given to a resource is known as nothing, and no log is about it."""
    resource_id = HISTORY.ids.uuid(kind, number)

    assert HISTORY.resource(resource_type, resource_id) is None
    assert not HISTORY.select("resource_id", resource_id)


def test_a_foreign_id_is_no_resource() -> None:
    """An id that was not written here is known as nothing."""
    assert HISTORY.resource("user", "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197") is None


def test_organizations_are_known_by_name_and_id() -> None:
    """Each organization that a log belongs to is found by the name it is shown with, and by no other."""
    history = TODAYS_HISTORY.history
    shown = {
        log["organization"]["name"]: log["organization_id"]
        for log in TODAYS_HISTORY.logs
        if "organization" in log
    }

    assert len(shown) > 3
    assert {name: history.organization(name) for name in shown} == shown
    assert {name: history.organization_name(value) for name, value in shown.items()} == {
        name: name for name in shown
    }
    assert history.organization("nobody-division") is None
    assert history.organization_name(LOGS[0]["id"]) == ""


def test_nothing_is_known_of_organizations_there_are_not() -> None:
    """Of early histories only the organization that was there before is known."""
    beyond = HISTORY.ids.uuid(Kind.ORGANIZATION, 1)

    assert HISTORY.organization_name(beyond) == ""
    assert not HISTORY.select("organization", beyond)
