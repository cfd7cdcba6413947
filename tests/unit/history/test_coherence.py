"""Coherence of the history: its logs in order could have happened (reference 13)."""

from collections import defaultdict
from itertools import pairwise

import pytest
from histories import Log
from history_reader import LoggedHistory, follow_workspaces, succeeds

from auditmock.core.timestamps import parse_timestamp

MANAGERS = {"template": {"owner", "template-admin"}, "group": {"owner", "user-admin"}}
"""The roles that manage each type."""

PAIRS = (
    [("template", "create"), ("template_version", "write")],
    [("task", "create"), ("workspace", "create")],
    [("user", "write"), ("api_key", "login")],
)
"""Requests that write two logs: a new template, a new task, the login of a dormant user."""

ACTIONS_OF_REASON = {
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
"""The actions of builds by reason."""


def test_each_request_is_one_log_or_a_known_pair(logged: LoggedHistory) -> None:
    """Few requests write two logs with one `request_id`, such as the creation of a template."""
    by_request: dict[str, list[Log]] = defaultdict(list)
    for log in logged.logs:
        by_request[log["request_id"]].append(log)

    shared = [logs for logs in by_request.values() if len(logs) > 1]

    pairs = [[(log["resource_type"], log["action"]) for log in logs] for logs in shared]

    assert all(pair in PAIRS for pair in pairs)
    assert pairs.count(PAIRS[0]) == len(
        [log for log in logged.of("template_version") if log["action"] == "write"]
    )


def test_logs_of_one_request_have_one_caller(logged: LoggedHistory) -> None:
    """Two logs of one request have the same user, address and user agent."""
    callers: dict[str, tuple[str, str, str]] = {}
    for log in logged.logs:
        caller = (log["user"] or {}).get("id", ""), log["ip"], log["user_agent"]
        assert callers.setdefault(log["request_id"], caller) == caller


def test_every_resource_is_created_first(logged: LoggedHistory) -> None:
    """A resource is created once, before any other log of it; SSH keys are created with their user."""
    for lifetime in logged.lifetimes(*logged.case.born):
        assert [log["action"] == "create" for log in lifetime] == [True] + [False] * (len(lifetime) - 1)


def test_no_log_follows_a_deletion(logged: LoggedHistory) -> None:
    """A created resource has no log after its deletion."""
    for lifetime in logged.lifetimes(*logged.case.born):
        assert not [log for log in lifetime[:-1] if log["action"] == "delete" and succeeds(log)]


def test_is_deleted_matches_the_last_log(logged: LoggedHistory) -> None:
    """`is_deleted` in every log of a resource says whether its last log is a deletion."""
    alone = {"template", "user", "task", "user_secret"} & logged.case.types
    for lifetime in logged.lifetimes(*alone):
        last = lifetime[-1]
        assert {log["is_deleted"] for log in lifetime} == {last["action"] == "delete" and succeeds(last)}


def test_workspace_and_builds_are_deleted_together(logged: LoggedHistory) -> None:
    """`is_deleted` of a workspace and its builds says whether a delete build succeeded."""
    for workspace in follow_workspaces(logged):
        assert {log["is_deleted"] for log in workspace.logs + workspace.builds} == {workspace.is_gone}


def test_other_types_are_never_deleted(logged: LoggedHistory) -> None:
    """`is_deleted` is false for types that Coder does not look up (reference 11.5)."""
    deletable = set(logged.case.contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"])

    assert not [log for log in logged.of(*logged.case.types - deletable) if log["is_deleted"]]


def test_builds_are_numbered_per_workspace(logged: LoggedHistory) -> None:
    """The builds of a workspace have its name and owner at that time, and the numbers 1, 2, 3 and so on."""
    numbers = [
        [int(log["additional_fields"]["build_number"]) for log in workspace.builds]
        for workspace in follow_workspaces(logged)
    ]

    assert sum(map(len, numbers)) == len(logged.of("workspace_build"))
    assert all(sequence == list(range(1, len(sequence) + 1)) for sequence in numbers)


def test_starts_and_stops_alternate(logged: LoggedHistory) -> None:
    """A workspace is started if it is stopped, and stopped if it runs or its start failed."""
    for workspace in follow_workspaces(logged):
        actions = []
        for log in workspace.builds:
            actions += ["start"] if log["additional_fields"]["build_reason"] == "failedstop" else []
            actions += [log["action"]] if succeeds(log) else []
        assert actions[:1] in ([], ["start"])
        assert all({first, second} != {first} for first, second in pairwise(actions))


def test_actions_match_build_reasons(logged: LoggedHistory) -> None:
    """`autostart` starts, `autostop` stops, and so on."""
    reasons = {
        (log["additional_fields"]["build_reason"], log["action"]) for log in logged.of("workspace_build")
    }

    assert {"autostart", "autostop"} <= {reason for reason, _ in reasons}
    assert all(action in ACTIONS_OF_REASON.get(reason, {action}) for reason, action in reasons)


def test_active_versions_exist(logged: LoggedHistory) -> None:
    """The active version of a template was created before and belongs to the template."""
    created: set[str] = set()
    owners: dict[str, str] = {}
    used: dict[str, str] = {}
    for log in logged.of("template", "template_version"):
        if log["resource_type"] == "template_version":
            created.add(log["resource_id"])
            if "template_id" in log["diff"]:
                owners[log["resource_id"]] = log["diff"]["template_id"]["new"]
        elif new := log["diff"].get("active_version_id", {}).get("new"):
            assert new in created
            used[new] = log["resource_id"]

    assert all(owners.get(version, template) == template for version, template in used.items())


def test_no_user_acts_before_creation(logged: LoggedHistory) -> None:
    """Every log is later than the creation of its user."""
    assert all(
        parse_timestamp(user["created_at"]) < parse_timestamp(log["time"]) for log, user in logged.acts
    )


def test_user_is_created_with_its_log(logged: LoggedHistory) -> None:
    """`created_at` of a user is the time of the log of its creation."""
    joined = {log["resource_id"]: log["time"] for log in logged.of("user") if log["action"] == "create"}

    assert all(user["created_at"] == joined.get(user["id"], user["created_at"]) for _, user in logged.acts)


def test_users_have_their_current_state(logged: LoggedHistory) -> None:
    """Every log shows its user with the status and roles after the last change."""
    status, roles = {}, {}
    for log in logged.of("user"):
        if "status" in log["diff"]:
            status[log["resource_id"]] = log["diff"]["status"]["new"]
        if "rbac_roles" in log["diff"]:
            roles[log["resource_id"]] = log["diff"]["rbac_roles"]["new"]

    for user in (user for _, user in logged.acts if user["id"] in status):
        assert user["status"] == status[user["id"]]
        assert [role["name"] for role in user["roles"]] == roles[user["id"]]


def test_no_user_acts_while_suspended(logged: LoggedHistory) -> None:
    """A user writes no log between suspension and reactivation."""
    suspended: set[str] = set()
    for log in logged.logs:
        assert (log["user"] or {}).get("id") not in suspended
        if log["diff"].get("status", {}).get("new") == "suspended":
            suspended.add(log["resource_id"])
        else:
            suspended -= {log["resource_id"]} if "status" in log["diff"] else set()


@pytest.mark.parametrize("kind", MANAGERS)
def test_managers_have_the_role(logged: LoggedHistory, kind: str) -> None:
    """Templates and groups are changed by users with the role for it only."""
    for log in logged.of(kind):
        assert {role["name"] for role in log["user"]["roles"]} & MANAGERS[kind]


def test_users_are_changed_by_themselves_or_admins(logged: LoggedHistory) -> None:
    """An SSH key is changed by its user; a user by itself, an owner, a user admin or SCIM."""
    for log, user in logged.acts:
        if log["resource_type"] in {"user", "git_ssh_key"}:
            roles = {role["name"] for role in user["roles"]}
            assert log["resource_id"] == user["id"] or (
                log["resource_type"] == "user" and roles & {"owner", "user-admin"}
            )


def test_only_scim_has_no_user(logged: LoggedHistory) -> None:
    """`user` is null exactly in logs of SCIM (reference 10.2, 10.4)."""
    scim = {"automatic_actor": "coder", "automatic_subsystem": "scim"}

    assert [log["additional_fields"] == scim for log in logged.logs] == [
        not log["user"] for log in logged.logs
    ]


def test_scim_manages_its_own_users(logged: LoggedHistory) -> None:
    """SCIM creates users with OIDC logins and changes the status of those only."""
    provisioned: set[str] = set()
    for log in (log for log in logged.logs if not log["user"]):
        if log["action"] == "create":
            provisioned.add(log["resource_id"])
            assert log["diff"]["login_type"]["new"] == "oidc"
        else:
            assert (log["action"], list(log["diff"])) == ("write", ["status"])
        assert log["resource_id"] in provisioned
        assert log["ip"]
        assert log["user_agent"]

    assert bool(provisioned) == ("api_key" in logged.case.types)
    assert {user["login_type"] for _, user in logged.acts if user["id"] in provisioned} <= {"oidc"}


def test_every_type_occurs(logged: LoggedHistory) -> None:
    """Even a small history has logs of each type that Coder writes, failed ones included."""
    kinds = {log["resource_type"] for log in logged.logs}

    assert kinds == logged.case.types
    assert [log for log in logged.logs if log["status_code"] >= 400]
