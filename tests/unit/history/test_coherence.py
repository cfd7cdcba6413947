"""Coherence of the history: its logs, read one after the other, could have happened (reference 13)."""

from collections import defaultdict
from itertools import pairwise

import pytest
from histories import Log
from history_reader import Told, follow_workspaces, succeeds

from auditmock.core.timestamps import parse_timestamp

KEEPERS = {"template": {"owner", "template-admin"}, "group": {"owner", "user-admin"}}
"""Whose task it is to look after what."""

PAIRS = (
    [("template", "create"), ("template_version", "write")],
    [("task", "create"), ("workspace", "create")],
    [("user", "write"), ("api_key", "login")],
)
"""What one request may write two logs of: a new template, a new task, the login of a dormant user."""

REASONS = {
    "autostart": {"start"},
    "autostop": {"stop"},
    "dormancy": {"stop"},
    "failedstop": {"stop"},
    "autodelete": {"delete"},
    "task_auto_pause": {"stop"},
    "task_manual_pause": {"stop"},
    "task_resume": {"start"},
    "ssh_connection": {"start"},
    "vscode_connection": {"start"},
    "jetbrains_connection": {"start"},
}
"""What builds for a reason do."""


def test_each_request_is_one_log_or_a_known_pair(told: Told) -> None:
    """Only few requests write two logs with one `request_id`, such as the creation of a template."""
    by_request: dict[str, list[Log]] = defaultdict(list)
    for log in told.logs:
        by_request[log["request_id"]].append(log)

    shared = [logs for logs in by_request.values() if len(logs) > 1]

    pairs = [[(log["resource_type"], log["action"]) for log in logs] for logs in shared]

    assert all(pair in PAIRS for pair in pairs)
    assert pairs.count(PAIRS[0]) == len(
        [log for log in told.of("template_version") if log["action"] == "write"]
    )


def test_logs_of_one_request_come_from_one_caller(told: Told) -> None:
    """Two logs of one request have the same user, address and program."""
    callers: dict[str, tuple[str, str, str]] = {}
    for log in told.logs:
        caller = (log["user"] or {}).get("id", ""), log["ip"], log["user_agent"]
        assert callers.setdefault(log["request_id"], caller) == caller


def test_every_life_starts_with_a_creation(told: Told) -> None:
    """A resource is created before anything happens to it, and once; SSH keys come with their user."""
    for life in told.lives(*told.case.born):
        assert [log["action"] == "create" for log in life] == [True] + [False] * (len(life) - 1)


def test_every_life_ends_with_its_deletion(told: Told) -> None:
    """Nothing happens to anything that was created after its deletion."""
    for life in told.lives(*told.case.born):
        assert not [log for log in life[:-1] if log["action"] == "delete" and succeeds(log)]


def test_deleted_is_what_was_deleted(told: Told) -> None:
    """`is_deleted` says, in every log of what is deleted by itself, whether that stands in the history."""
    alone = {"template", "user", "task", "user_secret"} & told.case.types
    for life in told.lives(*alone):
        last = life[-1]
        assert {log["is_deleted"] for log in life} == {last["action"] == "delete" and succeeds(last)}


def test_a_workspace_is_deleted_with_its_builds(told: Told) -> None:
    """`is_deleted` says, in every log of a workspace and its builds, whether a deleting build succeeded."""
    for workspace in follow_workspaces(told):
        assert {log["is_deleted"] for log in workspace.logs + workspace.builds} == {workspace.is_gone}


def test_what_coder_does_not_look_up_is_never_deleted(told: Told) -> None:
    """`is_deleted` is false for the types it is not kept for (reference 11.5)."""
    kept = set(told.case.contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"])

    assert not [log for log in told.of(*told.case.types - kept) if log["is_deleted"]]


def test_builds_are_numbered_in_their_workspace(told: Told) -> None:
    """Every build is the next of a living workspace that its owner then called so: 1, 2, 3 and so on."""
    numbers = [
        [int(log["additional_fields"]["build_number"]) for log in workspace.builds]
        for workspace in follow_workspaces(told)
    ]

    assert sum(map(len, numbers)) == len(told.of("workspace_build"))
    assert all(counted == list(range(1, len(counted) + 1)) for counted in numbers)


def test_builds_start_what_is_stopped(told: Told) -> None:
    """A workspace is started when it does not run, and stopped when it does, or when its start has failed."""
    for workspace in follow_workspaces(told):
        done = []
        for log in workspace.builds:
            done += ["start"] if log["additional_fields"]["build_reason"] == "failedstop" else []
            done += [log["action"]] if succeeds(log) else []
        assert done[:1] in ([], ["start"])
        assert all({first, second} != {first} for first, second in pairwise(done))


def test_automatic_builds_do_what_their_reason_says(told: Told) -> None:
    """`autostart` starts, `autostop` stops, and so on."""
    reasons = {
        (log["additional_fields"]["build_reason"], log["action"]) for log in told.of("workspace_build")
    }

    assert {"autostart", "autostop"} <= {reason for reason, _ in reasons}
    assert all(action in REASONS.get(reason, {action}) for reason, action in reasons)


def test_active_versions_exist(told: Told) -> None:
    """The version a template makes active was created before, and belongs or comes to belong to it."""
    created: set[str] = set()
    owners: dict[str, str] = {}
    used: dict[str, str] = {}
    for log in told.of("template", "template_version"):
        if log["resource_type"] == "template_version":
            created.add(log["resource_id"])
            if "template_id" in log["diff"]:
                owners[log["resource_id"]] = log["diff"]["template_id"]["new"]
        elif new := log["diff"].get("active_version_id", {}).get("new"):
            assert new in created
            used[new] = log["resource_id"]

    assert all(owners.get(version, template) == template for version, template in used.items())


def test_nobody_acts_before_being_there(told: Told) -> None:
    """Every log is younger than its user."""
    assert all(parse_timestamp(user["created_at"]) < parse_timestamp(log["time"]) for log, user in told.acts)


def test_people_join_when_they_are_created(told: Told) -> None:
    """A user who joined was created at the time of the log that says so."""
    joined = {log["resource_id"]: log["time"] for log in told.of("user") if log["action"] == "create"}

    assert all(user["created_at"] == joined.get(user["id"], user["created_at"]) for _, user in told.acts)


def test_users_are_as_they_are_now(told: Told) -> None:
    """A user is shown, in every log, with the status and roles that the last change left."""
    status, roles = {}, {}
    for log in told.of("user"):
        if "status" in log["diff"]:
            status[log["resource_id"]] = log["diff"]["status"]["new"]
        if "rbac_roles" in log["diff"]:
            roles[log["resource_id"]] = log["diff"]["rbac_roles"]["new"]

    for user in (user for _, user in told.acts if user["id"] in status):
        assert user["status"] == status[user["id"]]
        assert [role["name"] for role in user["roles"]] == roles[user["id"]]


def test_nobody_acts_while_suspended(told: Told) -> None:
    """Between a suspension and its end a user writes no log."""
    suspended: set[str] = set()
    for log in told.logs:
        assert (log["user"] or {}).get("id") not in suspended
        if log["diff"].get("status", {}).get("new") == "suspended":
            suspended.add(log["resource_id"])
        else:
            suspended -= {log["resource_id"]} if "status" in log["diff"] else set()


@pytest.mark.parametrize("kind", KEEPERS)
def test_keepers_may_do_what_they_do(told: Told, kind: str) -> None:
    """Templates and groups are looked after by people with the role for it."""
    for log in told.of(kind):
        assert {role["name"] for role in log["user"]["roles"]} & KEEPERS[kind]


def test_people_only_change_themselves_or_look_after_others(told: Told) -> None:
    """A key is its user's own; another user is changed by an owner or user admin, or by SCIM."""
    for log, user in told.acts:
        if log["resource_type"] in {"user", "git_ssh_key"}:
            roles = {role["name"] for role in user["roles"]}
            assert log["resource_id"] == user["id"] or (
                log["resource_type"] == "user" and roles & {"owner", "user-admin"}
            )


def test_only_an_identity_provider_acts_as_nobody(told: Told) -> None:
    """Where `user` is null the request came by SCIM, and of SCIM's all have none (reference 10.2, 10.4)."""
    scim = {"automatic_actor": "coder", "automatic_subsystem": "scim"}

    assert [log["additional_fields"] == scim for log in told.logs] == [not log["user"] for log in told.logs]


def test_an_identity_provider_looks_after_its_users(told: Told) -> None:
    """SCIM creates users who log in by OIDC, and changes the status of those alone."""
    theirs: set[str] = set()
    for log in (log for log in told.logs if not log["user"]):
        if log["action"] == "create":
            theirs.add(log["resource_id"])
            assert log["diff"]["login_type"]["new"] == "oidc"
        else:
            assert (log["action"], list(log["diff"])) == ("write", ["status"])
        assert log["resource_id"] in theirs
        assert log["ip"]
        assert log["user_agent"]

    assert bool(theirs) == ("api_key" in told.case.types)
    assert {user["login_type"] for _, user in told.acts if user["id"] in theirs} <= {"oidc"}


def test_every_kind_of_log_occurs(told: Told) -> None:
    """Even a small history has logs of each type that Coder writes, failed ones among them."""
    kinds = {log["resource_type"] for log in told.logs}

    assert kinds == told.case.types
    assert [log for log in told.logs if log["status_code"] >= 400]
