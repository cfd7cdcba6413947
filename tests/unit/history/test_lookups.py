"""Rules of search keys whose lookup in a deployed server leaves something out (reference 9.2, 9.3)."""

import json

import pytest
from histories import decode, make_history

from auditmock.fixtures.history.builtin_users import BUILTIN_USERS
from auditmock.fixtures.history.ids import Kind

HISTORY = make_history(logs=3000)
LOGS = decode(HISTORY)
GONE = {log["resource_target"] for log in LOGS if (log["resource_type"], log["is_deleted"]) == ("user", True)}
NAMES = sorted({log["user"]["username"] for log in LOGS})


def places(**wanted: str) -> list[int]:
    """List the positions of the logs whose fields are these."""
    return [place for place, log in enumerate(LOGS) if wanted.items() <= log.items()]


@pytest.mark.parametrize("name", NAMES)
def test_deleted_users_are_not_found(name: str) -> None:
    """By a name only what users did is found who are there."""
    found = list(HISTORY.select("username present_users", name))

    assert found == ([] if name in GONE else list(HISTORY.select("username", name)))


def test_some_users_are_gone() -> None:
    """The history has logs of users who are deleted, and of others."""
    assert 0 < len(GONE & {*NAMES}) < len(NAMES)


@pytest.mark.parametrize("key", ["username", "email"])
def test_names_in_small_letters_are_stored_as_they_are(key: str) -> None:
    """People's names and addresses have no capitals, so they are found as they are stored."""
    values = {log["user"][key] for log in LOGS}

    assert {value: list(HISTORY.select(f"{key} as_stored", value)) for value in values} == {
        value: list(HISTORY.select(key, value)) for value in values
    }


def test_targets_with_capitals_are_not_found_as_stored() -> None:
    """A search is in small letters, so that a target is found as it is stored when it is so, too."""
    targets = {log["resource_target"] for log in LOGS} - {""}
    found = {target: list(HISTORY.select("resource_target as_stored", target.lower())) for target in targets}

    assert found == {
        target: places(resource_target=target) if target == target.lower() else [] for target in targets
    }
    assert any(target != target.lower() for target in targets)


@pytest.mark.parametrize("reason", ["initiator", "autostart", "autostop", "dormancy"])
def test_a_reason_finds_builds_and_what_they_created(reason: str) -> None:
    """Found are the builds of that reason, and the creations of workspaces whose first build has it."""
    builds = list(HISTORY.select("build_reason", reason))
    first = {
        log["resource_link"].rpartition("/builds/")[0]
        for log in LOGS
        if log["additional_fields"].get("build_reason") == reason
        and log["additional_fields"]["build_number"] == "1"
    }
    creations = [
        place
        for place in places(resource_type="workspace", action="create")
        if LOGS[place]["resource_link"] in first - {""}
    ]
    found = set(HISTORY.select("build_reason builds", reason))

    assert found >= {*builds, *creations}
    assert all(json.loads(HISTORY.log(place))["action"] == "create" for place in found - {*builds})


def test_staff_is_never_gone() -> None:
    """Whoever holds a token is found by name."""
    assert HISTORY.ids.identity(HISTORY.users.get(BUILTIN_USERS - 1).id) == (Kind.USER, BUILTIN_USERS - 1)
    assert all(
        list(HISTORY.select("username present_users", HISTORY.names.username(number)))
        == list(HISTORY.select("username", HISTORY.names.username(number)))
        for number in range(BUILTIN_USERS)
    )
