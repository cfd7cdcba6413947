"""Diffs of the history: they show changes as Coder does (reference 10.3, 13.2)."""

from itertools import pairwise
from typing import Any

from history_reader import LoggedHistory, succeeds

_BYTES, _TEXT = {"secret": True}, {"old": "", "new": "", "secret": True}
SECRETS = {
    **dict.fromkeys(("hashed_password", "hashed_secret", "token_hashed_secret"), _BYTES),
    **dict.fromkeys(("private_key", "value", "title", "settings"), _TEXT),
}
"""What a diff shows of a secret (reference 10.3)."""

ZEROS: tuple[Any, ...] = ("", 0, False, None, "null", "map[]", "0001-01-01T00:00:00Z", [], {})
"""Values that were never set (reference 10.3)."""

CREATED_WITH_USER = {"git_ssh_key", "organization_member"}
"""Types that are created with their user."""

WITH_USER_ID = {"api_key", "convert_login"}
"""Types that have the id of their user (reference 13.3)."""

WITH_NEW_IDS = {"workspace_build", "health_settings", "notifications_settings", "prebuilds_settings"}
"""Types whose every log has a new id, though each continues from the last one."""


def test_failures_have_no_diff(logged: LoggedHistory) -> None:
    """A failed request, or one without a change, has an empty diff."""
    assert not [log for log in logged.logs if log["status_code"] >= 300 and log["diff"]]


def test_successes_have_a_diff(logged: LoggedHistory) -> None:
    """A successful request has a diff."""
    changes = [log for log in logged.logs if (log["resource_type"], log["action"]) not in logged.case.empty]

    assert not [log for log in changes if succeeds(log) and not log["diff"]]


def test_diffs_show_tracked_fields(logged: LoggedHistory) -> None:
    """A diff has only fields that Coder tracks for the type, sorted by name."""
    for log in logged.logs:
        assert set(log["diff"]) <= logged.case.tracked[log["resource_type"]]
        assert list(log["diff"]) == sorted(log["diff"])


def test_secrets_are_hidden(logged: LoggedHistory) -> None:
    """A secret field is marked as secret and shows zero values only; other fields are not marked."""
    for _, name, change in logged.changes():
        assert change == SECRETS.get(name, {**change, "secret": False})


def test_null_is_omitted(logged: LoggedHistory) -> None:
    """Null `old` and `new` are omitted; the order is old, new, secret (reference 10.3)."""
    for _, _, change in logged.changes():
        assert None not in change.values()
        assert list(change) == [name for name in ("old", "new", "secret") if name in change]


def test_old_equals_the_last_new(logged: LoggedHistory) -> None:
    """`old` of a field is the `new` of the last diff of the same resource."""
    for lifetime in logged.lifetimes(*logged.case.types - WITH_USER_ID):
        known: dict[str, Any] = {}
        for log in lifetime:
            for name, change in log["diff"].items():
                is_initial = log["resource_type"] in CREATED_WITH_USER and name not in known
                assert is_initial or change.get("old") == known.get(name, change.get("old"))
                known[name] = change.get("new")


def test_first_old_is_zero(logged: LoggedHistory) -> None:
    """The first `old` of a field is its zero value, unless it is created with its user."""
    seen: set[tuple[str, str, str]] = set()
    for log, name, change in logged.changes():
        key = log["resource_type"], log["resource_id"], name
        first = key not in seen and log["resource_type"] not in CREATED_WITH_USER | WITH_NEW_IDS
        seen.add(key)
        assert not first or change.get("old") in ZEROS


def test_settings_continue_from_their_last_log(logged: LoggedHistory) -> None:
    """A setting of the deployment changes from the value of its last log, whoever wrote that."""
    for name in sorted(WITH_NEW_IDS & logged.case.types - {"workspace_build"}):
        changes = [change for log in logged.of(name) for change in log["diff"].values()]
        assert all(before["new"] == after["old"] for before, after in pairwise(changes))


def test_new_ssh_key_replaces_the_old(logged: LoggedHistory) -> None:
    """A new SSH key replaces the user's old one and is the target."""
    for log in logged.of("git_ssh_key"):
        change = log["diff"]["public_key"]
        assert change["old"] != change["new"] == log["resource_target"]
        assert change["old"].startswith("ssh-ed25519 ")
        assert change["old"].endswith(f" {log['user']['username']}")


def test_deletion_zeroes_every_field(logged: LoggedHistory) -> None:
    """A deletion sets every field to zero (reference 13.1), except for types that are only marked."""
    marked = {"user", "organization", "ai_provider"}
    deleted = {name for name, action in logged.case.succeeds if action == "delete"}
    for lifetime in logged.lifetimes(*deleted - marked - WITH_USER_ID):
        values: dict[str, Any] = {}
        for log in lifetime:
            values |= {name: change.get("new") for name, change in log["diff"].items()}
            if log["action"] == "delete" and succeeds(log):
                assert all(value in ZEROS for value in values.values())


def test_user_deletion_sets_deleted_only(logged: LoggedHistory) -> None:
    """Deleting a user sets `deleted` and nothing else (reference 13.1)."""
    deletions = [log for log in logged.of("user") if log["action"] == "delete" and succeeds(log)]

    assert all(log["diff"] == {"deleted": {"old": False, "new": True, "secret": False}} for log in deletions)


def test_creation_sets_id_and_name(logged: LoggedHistory) -> None:
    """A creation sets the resource's id, and its name is the target."""
    creations = [log for log in logged.logs if log["action"] == "create"]
    for log in creations:
        named = log["diff"].get("username") or log["diff"].get("name")
        assert log["diff"].get("id", {"new": log["resource_id"]})["new"] == log["resource_id"]
        assert not named or named["new"] == log["resource_target"]

    assert {log["resource_type"] for log in creations if "id" in log["diff"]} == set(logged.case.born)


def test_target_is_the_current_name(logged: LoggedHistory) -> None:
    """The target is the resource's name at that time; for a renaming, the new one."""
    for lifetime in logged.lifetimes(*set(logged.case.born) - {"chat", "ai_provider_key"}):
        name = ""
        for log in lifetime:
            is_deletion = log["action"] == "delete"
            renamed = None if is_deletion else log["diff"].get("username") or log["diff"].get("name")
            name = renamed["new"] if renamed else name
            assert log["resource_target"] == name


def test_creator_and_owner_are_the_user(logged: LoggedHistory) -> None:
    """`created_by` and `owner_id` of a creation are the acting user."""
    for log, name, change in logged.changes():
        if name in {"created_by", "owner_id"} and log["action"] == "create":
            assert change["new"] == log["user"]["id"]
