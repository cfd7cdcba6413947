"""Rules of the history's diffs: they say what changed, in Coder's way (reference 10.3, 13.2)."""

from itertools import pairwise
from typing import Any

from history_reader import Told, succeeds

_BYTES, _TEXT = {"secret": True}, {"old": "", "new": "", "secret": True}
SECRETS = {
    **dict.fromkeys(("hashed_password", "hashed_secret", "token_hashed_secret"), _BYTES),
    **dict.fromkeys(("private_key", "value", "title", "settings"), _TEXT),
}
"""All that is ever shown of a secret (reference 10.3)."""

ZEROS: tuple[Any, ...] = ("", 0, False, None, "null", "map[]", "0001-01-01T00:00:00Z", [], {})
"""How values that were never set are shown (reference 10.3)."""

INBORN = {"git_ssh_key", "organization_member"}
"""What comes with its user."""

SHARED = {"api_key", "convert_login"}
"""Types of many things that go by one id, that of their user (reference 13.3)."""

UNNUMBERED = {"workspace_build", "health_settings", "notifications_settings", "prebuilds_settings"}
"""Types of things whose every log has an id of its own though they go on from the one before."""


def test_failures_change_nothing(told: Told) -> None:
    """A failed request has an empty diff, and so has one that found nothing to change."""
    assert not [log for log in told.logs if log["status_code"] >= 300 and log["diff"]]


def test_successes_change_something(told: Told) -> None:
    """A successful request shows what it changed."""
    changes = [log for log in told.logs if (log["resource_type"], log["action"]) not in told.case.empty]

    assert not [log for log in changes if succeeds(log) and not log["diff"]]


def test_diffs_show_tracked_fields(told: Told) -> None:
    """A diff has only fields that Coder tracks for the type, in their order."""
    for log in told.logs:
        assert set(log["diff"]) <= told.case.tracked[log["resource_type"]]
        assert list(log["diff"]) == sorted(log["diff"])


def test_secrets_never_show(told: Told) -> None:
    """A secret field is marked so and shows nothing but zero values; no other field is marked."""
    for _, name, change in told.changes():
        assert change == SECRETS.get(name, {**change, "secret": False})


def test_null_is_left_out(told: Told) -> None:
    """`old` and `new` are left out where they are null, and come in this order (reference 10.3)."""
    for _, _, change in told.changes():
        assert None not in change.values()
        assert list(change) == [name for name in ("old", "new", "secret") if name in change]


def test_diffs_chain(told: Told) -> None:
    """What a diff calls `old` is what the diff before it, of the same resource and field, called `new`."""
    for life in told.lives(*told.case.types - SHARED):
        known: dict[str, Any] = {}
        for log in life:
            for name, change in log["diff"].items():
                inborn = log["resource_type"] in INBORN and name not in known
                assert inborn or change.get("old") == known.get(name, change.get("old"))
                known[name] = change.get("new")


def test_diffs_start_from_nothing(told: Told) -> None:
    """The first `old` of a field is the zero of its type, but for what comes with its user."""
    seen: set[tuple[str, str, str]] = set()
    for log, name, change in told.changes():
        key = log["resource_type"], log["resource_id"], name
        first = key not in seen and log["resource_type"] not in INBORN | UNNUMBERED
        seen.add(key)
        assert not first or change.get("old") in ZEROS


def test_what_there_is_once_goes_on_from_its_last_log(told: Told) -> None:
    """A setting of the deployment changes from what the log before it, whoever wrote that, has left."""
    for name in sorted(UNNUMBERED & told.case.types - {"workspace_build"}):
        changes = [change for log in told.of(name) for change in log["diff"].values()]
        assert all(before["new"] == after["old"] for before, after in pairwise(changes))


def test_a_key_replaces_a_key(told: Told) -> None:
    """A new SSH key takes the place of another one of the same user, and is the target."""
    for log in told.of("git_ssh_key"):
        change = log["diff"]["public_key"]
        assert change["old"] != change["new"] == log["resource_target"]
        assert change["old"].startswith("ssh-ed25519 ")
        assert change["old"].endswith(f" {log['user']['username']}")


def test_a_deletion_takes_every_value_away(told: Told) -> None:
    """Deleting sets every field to zero that was not zero (reference 13.1); some things are only marked."""
    marked = {"user", "organization", "ai_provider"}
    deleted = {name for name, action in told.case.succeeds if action == "delete"}
    for life in told.lives(*deleted - marked - SHARED):
        values: dict[str, Any] = {}
        for log in life:
            values |= {name: change.get("new") for name, change in log["diff"].items()}
            if log["action"] == "delete" and succeeds(log):
                assert all(value in ZEROS for value in values.values())


def test_a_deleted_user_is_marked(told: Told) -> None:
    """Deleting a user sets `deleted`, nothing else (reference 13.1)."""
    deletions = [log for log in told.of("user") if log["action"] == "delete" and succeeds(log)]

    assert all(log["diff"] == {"deleted": {"old": False, "new": True, "secret": False}} for log in deletions)


def test_a_creation_names_what_it_made(told: Told) -> None:
    """The `id` a creation sets is the resource's, and its name is the target."""
    creations = [log for log in told.logs if log["action"] == "create"]
    for log in creations:
        named = log["diff"].get("username") or log["diff"].get("name")
        assert log["diff"].get("id", {"new": log["resource_id"]})["new"] == log["resource_id"]
        assert not named or named["new"] == log["resource_target"]

    assert {log["resource_type"] for log in creations if "id" in log["diff"]} == set(told.case.born)


def test_a_target_keeps_its_name_until_it_is_renamed(told: Told) -> None:
    """The target is the name the resource had at that time, after a renaming the new one."""
    for life in told.lives(*set(told.case.born) - {"chat", "ai_provider_key"}):
        name = ""
        for log in life:
            is_deletion = log["action"] == "delete"
            renamed = None if is_deletion else log["diff"].get("username") or log["diff"].get("name")
            name = renamed["new"] if renamed else name
            assert log["resource_target"] == name


def test_makers_are_who_acted(told: Told) -> None:
    """Whoever is written down as creator or owner is the acting user."""
    for log, name, change in told.changes():
        if name in {"created_by", "owner_id"} and log["action"] == "create":
            assert change["new"] == log["user"]["id"]
