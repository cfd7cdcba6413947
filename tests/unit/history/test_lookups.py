"""Search keys whose lookup omits some logs in Coder's releases (reference 9.2, 9.3)."""

import json

import pytest
from histories import decode, make_history

from auditmock.fixtures.history.builtin_users import BUILTIN_USERS
from auditmock.fixtures.history.ids import Kind

HISTORY = make_history(logs=3000)
LOGS = decode(HISTORY)
DELETED_USERS = {
    log["resource_target"] for log in LOGS if (log["resource_type"], log["is_deleted"]) == ("user", True)
}
NAMES = sorted({log["user"]["username"] for log in LOGS})


def positions_of(**fields: str) -> list[int]:
    """Return the positions of the logs with these fields."""
    return [position for position, log in enumerate(LOGS) if fields.items() <= log.items()]


@pytest.mark.parametrize("name", NAMES)
def test_deleted_users_are_not_found(name: str) -> None:
    """A username finds only users that are not deleted."""
    found = list(HISTORY.select("username present_users", name))

    assert found == ([] if name in DELETED_USERS else list(HISTORY.select("username", name)))


def test_history_has_deleted_users() -> None:
    """The history has logs of deleted users and of others."""
    assert 0 < len(DELETED_USERS & {*NAMES}) < len(NAMES)


@pytest.mark.parametrize("key", ["username", "email"])
def test_lower_case_names_are_found_as_stored(key: str) -> None:
    """Usernames and emails are in lower case, so they are found as stored."""
    values = {log["user"][key] for log in LOGS}

    assert {value: list(HISTORY.select(f"{key} as_stored", value)) for value in values} == {
        value: list(HISTORY.select(key, value)) for value in values
    }


def test_targets_with_capitals_are_not_found() -> None:
    """Search values are in lower case, so only targets in lower case are found as stored."""
    targets = {log["resource_target"] for log in LOGS} - {""}
    found = {target: list(HISTORY.select("resource_target as_stored", target.lower())) for target in targets}

    assert found == {
        target: positions_of(resource_target=target) if target == target.lower() else [] for target in targets
    }
    assert any(target != target.lower() for target in targets)


@pytest.mark.parametrize("reason", ["initiator", "autostart", "autostop", "dormancy"])
def test_reason_finds_builds_and_workspaces(reason: str) -> None:
    """A reason finds its builds, and creations of workspaces whose first build has it."""
    builds = list(HISTORY.select("build_reason", reason))
    first = {
        log["resource_link"].rpartition("/builds/")[0]
        for log in LOGS
        if log["additional_fields"].get("build_reason") == reason
        and log["additional_fields"]["build_number"] == "1"
    }
    creations = [
        position
        for position in positions_of(resource_type="workspace", action="create")
        if LOGS[position]["resource_link"] in first - {""}
    ]
    found = set(HISTORY.select("build_reason builds", reason))

    assert found >= {*builds, *creations}
    assert all(json.loads(HISTORY.log(position))["action"] == "create" for position in found - {*builds})


def test_builtin_users_are_never_deleted() -> None:
    """Built-in users are found by name."""
    assert HISTORY.ids.identity(HISTORY.users.get(BUILTIN_USERS - 1).id) == (Kind.USER, BUILTIN_USERS - 1)
    assert all(
        list(HISTORY.select("username present_users", HISTORY.names.username(number)))
        == list(HISTORY.select("username", HISTORY.names.username(number)))
        for number in range(BUILTIN_USERS)
    )
