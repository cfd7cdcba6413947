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
DIRECTORY = HISTORY.users
USERS = [DIRECTORY.get(number) for number in range(len(DIRECTORY))]
LOGS = decode(HISTORY)

USER = User(
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
    ("builtin", "roles", "status"),
    [
        (BuiltinUser.OWNER, ("owner",), "active"),
        (BuiltinUser.AUDITOR, ("auditor",), "active"),
        (BuiltinUser.MEMBER, (), "active"),
        (BuiltinUser.USER_ADMIN, ("user-admin",), "active"),
        (BuiltinUser.SUSPENDED, ("owner",), "suspended"),
        (BuiltinUser.EXPIRED, ("owner",), "active"),
    ],
)
def test_builtin_user_has_its_role(builtin: BuiltinUser, roles: tuple[str, ...], status: str) -> None:
    """A built-in user has the role and status of its name."""
    user = USERS[builtin]

    assert (user.roles, user.status) == (roles, status)


def test_every_builtin_user_has_a_role_entry() -> None:
    """There are as many role entries as built-in users."""
    assert len(ROLES) == BUILTIN_USERS


@pytest.mark.parametrize("role", ["owner", "template-admin", "user-admin"])
def test_builtin_users_are_found_by_role(role: str) -> None:
    """`builtin_users_with` returns acting users with the role, at least one."""
    found = builtin_users_with(role)

    assert found
    assert all(role in ROLES[number].roles and ROLES[number].acts for number in found)


def test_all_acting_builtin_users_are_listed() -> None:
    """Without a role, `builtin_users_with` returns all acting users and no other."""
    assert builtin_users_with() == tuple(number for number in range(BUILTIN_USERS) if ROLES[number].acts)


def test_passive_builtin_users_have_no_logs() -> None:
    """The auditor and the suspended owner have no logs and were never seen."""
    names = {log["user"]["username"] for log in LOGS}

    assert not names & {USERS[BuiltinUser.AUDITOR].username, USERS[BuiltinUser.SUSPENDED].username}
    assert USERS[BuiltinUser.AUDITOR].last_seen_at is None


def test_users_are_distinct() -> None:
    """No two users share an id, a username or an email."""
    for field in ("id", "username", "email"):
        assert len({getattr(user, field) for user in USERS}) == len(USERS)


def test_builtin_users_are_older_than_the_history() -> None:
    """Built-in users were created in the two years before the first log."""
    first = parse_timestamp(LOGS[-1]["time"])

    assert all(first - 800 * DAY < user.created_at < first for user in USERS[:BUILTIN_USERS])


def test_directory_has_builtin_and_created_users() -> None:
    """Besides built-in users, the directory has every user with a creation log, created then."""
    created = {
        log["resource_id"]: parse_timestamp(log["time"])
        for log in LOGS
        if (log["resource_type"], log["action"]) == ("user", "create")
    }

    assert {user.id: user.created_at for user in USERS[BUILTIN_USERS:]} == created


def test_last_seen_is_the_newest_log() -> None:
    """`last_seen_at` is the time of the user's newest log, or None."""
    seen: dict[str, int] = {}
    for log in LOGS:
        seen.setdefault(log["user"]["id"], parse_timestamp(log["time"]))

    assert {user.id: user.last_seen_at for user in USERS if user.last_seen_at is not None} == seen


def test_log_user_matches_the_directory() -> None:
    """Every log has its user as of the end of the history."""
    known = {user.id: json.loads(user_json(user)) for user in USERS}

    assert all(log["user"] == known[log["user"]["id"]] for log in LOGS)


def test_user_is_serialized_like_coder() -> None:
    """A user is compact JSON in Coder's field order (reference 10.2)."""
    assert user_json(USER) == (
        b'{"id":"497f6eca-6276-4993-bfeb-53cbbbba6f08","username":"bruno","email":"bruno@example.com",'
        b'"created_at":"2022-01-05T10:00:00.5Z","last_seen_at":"0001-01-01T00:00:00Z","status":"active",'
        b'"organization_ids":["7c60d51f-b44e-4682-87d6-449835ea4de6"],'
        b'"roles":[{"name":"user-admin","display_name":"User Admin"}],"avatar_url":""}'
    )


def test_unseen_user_has_the_zero_time() -> None:
    """`last_seen_at` of a user who was never seen is the zero time, not null."""
    assert json.loads(user_json(USER))["last_seen_at"] == ZERO_TIME


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("owner", "Owner"),
        ("auditor", "Auditor"),
        ("template-admin", "Template Admin"),
        ("user-admin", "User Admin"),
    ],
)
def test_role_has_coders_display_name(role: str, shown: str) -> None:
    """A role has Coder's display name (reference 10.2)."""
    assert display_name(role) == shown


def test_statuses_match_the_contract() -> None:
    """The users have exactly the statuses of the contract."""
    assert {user.status for user in USERS} == set(CONTRACT.enum("UserStatus"))


def test_user_has_few_origins() -> None:
    """A user's requests come from at most three pairs of address and user agent."""
    places = {
        (origin.ip, origin.user_agent) for origin in (DIRECTORY.origin(7, event) for event in range(500))
    }

    assert 2 <= len(places) <= 3
