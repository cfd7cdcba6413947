"""Built-in users and users of the history: roles, states and lookups."""

import json

import pytest
from histories import CONTRACT, decode, make_history

from auditmock.core.constants import ZERO_TIME
from auditmock.core.models import User
from auditmock.core.timestamps import DAY, parse_timestamp
from auditmock.fixtures.encoding.serialize import display_name, user_json
from auditmock.fixtures.history.builtin_users import BUILTIN_USERS, ROLES, BuiltinUser, builtin_users_with

HISTORY = make_history(logs=3000)
CROWD = HISTORY.users
PEOPLE = [CROWD.get(number) for number in range(len(CROWD))]
LOGS = decode(HISTORY)

PERSON = User(
    id="497f6eca-6276-4993-bfeb-53cbbbba6f08",
    username="bruno",
    email="bruno@example.com",
    created_at=parse_timestamp("2022-01-05T10:00:00.5Z"),
    last_seen_at=None,
    status="active",
    organization_ids=("7c60d51f-b44e-4682-87d6-449835ea4de6",),
    roles=("user-admin",),
)


@pytest.mark.parametrize(
    ("holder", "roles", "status"),
    [
        (BuiltinUser.OWNER, ("owner",), "active"),
        (BuiltinUser.AUDITOR, ("auditor",), "active"),
        (BuiltinUser.MEMBER, (), "active"),
        (BuiltinUser.USER_ADMIN, ("user-admin",), "active"),
        (BuiltinUser.SUSPENDED, ("owner",), "suspended"),
        (BuiltinUser.EXPIRED, ("owner",), "active"),
    ],
)
def test_token_holders_are_what_they_are_called(
    holder: BuiltinUser, roles: tuple[str, ...], status: str
) -> None:
    """A holder of a printed token has the role and status of its name."""
    person = PEOPLE[holder]

    assert (person.roles, person.status) == (roles, status)


def test_every_member_of_staff_has_a_post() -> None:
    """There are as many posts as staff."""
    assert len(ROLES) == BUILTIN_USERS


@pytest.mark.parametrize("role", ["owner", "template-admin", "user-admin"])
def test_staff_is_found_by_role(role: str) -> None:
    """Who is listed for a role holds it and acts, and there is somebody."""
    found = builtin_users_with(role)

    assert found
    assert all(role in ROLES[number].roles and ROLES[number].acts for number in found)


def test_everybody_who_acts_is_listed() -> None:
    """Without a role everybody who acts is listed, nobody else."""
    assert builtin_users_with() == tuple(number for number in range(BUILTIN_USERS) if ROLES[number].acts)


def test_who_does_not_act_is_in_no_log() -> None:
    """The auditor and the suspended owner did nothing, so nobody saw them."""
    names = {log["user"]["username"] for log in LOGS}

    assert not names & {PEOPLE[BuiltinUser.AUDITOR].username, PEOPLE[BuiltinUser.SUSPENDED].username}
    assert PEOPLE[BuiltinUser.AUDITOR].last_seen_at is None


def test_people_are_distinct() -> None:
    """No two people share an id, a username or an email."""
    for field in ("id", "username", "email"):
        assert len({getattr(person, field) for person in PEOPLE}) == len(PEOPLE)


def test_staff_was_there_before_the_history() -> None:
    """Staff was created in the two years before the first log."""
    first = parse_timestamp(LOGS[-1]["time"])

    assert all(first - 800 * DAY < person.created_at < first for person in PEOPLE[:BUILTIN_USERS])


def test_the_crowd_is_staff_and_whoever_was_created() -> None:
    """Beside the built-in users, the directory has every user whose creation was logged, created then."""
    created = {
        log["resource_id"]: parse_timestamp(log["time"])
        for log in LOGS
        if (log["resource_type"], log["action"]) == ("user", "create")
    }

    assert {person.id: person.created_at for person in PEOPLE[BUILTIN_USERS:]} == created


def test_last_seen_is_the_last_act() -> None:
    """A person was last seen with the newest log of theirs, never without one."""
    seen: dict[str, int] = {}
    for log in LOGS:
        seen.setdefault(log["user"]["id"], parse_timestamp(log["time"]))

    assert {person.id: person.last_seen_at for person in PEOPLE if person.last_seen_at is not None} == seen


def test_a_log_shows_its_user_as_the_crowd_does() -> None:
    """Every log carries the acting user as that user is at the end of the history."""
    known = {person.id: json.loads(user_json(person)) for person in PEOPLE}

    assert all(log["user"] == known[log["user"]["id"]] for log in LOGS)


def test_a_user_in_wire_form() -> None:
    """A user is written in Coder's field order, compact (reference 10.2)."""
    assert user_json(PERSON) == (
        b'{"id":"497f6eca-6276-4993-bfeb-53cbbbba6f08","username":"bruno","email":"bruno@example.com",'
        b'"created_at":"2022-01-05T10:00:00.5Z","last_seen_at":"0001-01-01T00:00:00Z","status":"active",'
        b'"organization_ids":["7c60d51f-b44e-4682-87d6-449835ea4de6"],'
        b'"roles":[{"name":"user-admin","display_name":"User Admin"}],"avatar_url":""}'
    )


def test_who_was_never_seen_has_the_zero_time() -> None:
    """`last_seen_at` is the zero time, never null."""
    assert json.loads(user_json(PERSON))["last_seen_at"] == ZERO_TIME


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("owner", "Owner"),
        ("auditor", "Auditor"),
        ("template-admin", "Template Admin"),
        ("user-admin", "User Admin"),
    ],
)
def test_roles_are_shown_as_in_coder(role: str, shown: str) -> None:
    """A role has Coder's display name (reference 10.2)."""
    assert display_name(role) == shown


def test_statuses_are_the_contracts() -> None:
    """Everybody has a status of the contract, and each of them occurs."""
    assert {person.status for person in PEOPLE} == set(CONTRACT.enum("UserStatus"))


def test_people_keep_to_a_few_places() -> None:
    """One person's requests come from three places at most."""
    places = {(origin.ip, origin.user_agent) for origin in (CROWD.origin(7, event) for event in range(500))}

    assert 2 <= len(places) <= 3
