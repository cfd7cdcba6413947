"""Rules of each log by itself: its form, and the fields that follow from others (reference 10.1, 11)."""

import ipaddress
import json
import re
from itertools import pairwise
from typing import Any

import jsonschema_rs
from histories import UNTIL, Log
from history_reader import Told
from lifecycle_facts import CASES, EARLY, TODAY, Case

from auditmock.core.constants import NIL_UUID, USER_AGENT_LIMIT
from auditmock.core.timestamps import WEEK, parse_timestamp
from auditmock.openapi.contract import Contract

ORGANIZED = {
    *("template", "template_version", "workspace", "workspace_build"),
    *("group", "custom_role", "organization", "organization_member", "idp_sync_settings_group"),
    *("idp_sync_settings_role", "task", "chat", "group_ai_budget", "user_ai_budget_override"),
}
"""The types that belong to an organization (reference 13.3)."""

BUILD_FIELDS = {
    EARLY: ["build_number", "build_reason", "workspace_name", "workspace_owner"],
    TODAY: ["build_number", "build_reason", "workspace_id", "workspace_name", "workspace_owner"],
}
"""What is told of a build, in the order of PostgreSQL (reference 10.4)."""

VERBS = {
    "create": "created",
    "write": "updated",
    "delete": "deleted",
    "start": "started",
    "stop": "stopped",
    "login": "logged in",
    "logout": "logged out",
    "register": "registered",
    "request_password_reset": "password reset requested",
}
NOUNS = {
    "workspace_build": "workspace",
    "oauth2_provider_app": "oauth2 app",
    "oauth2_provider_app_secret": "oauth2 app secret",
    "convert_login": "login type conversion",
    **{name: name for name in ("health_settings", "notifications_settings", "prebuilds_settings")},
    **{f"idp_sync_settings_{name}": "settings" for name in ("organization", "group", "role")},
}
"""Nouns that are not the type's own words (reference 11.2)."""


MARKUP = re.compile("[<>&]")


def to_json_schema(node: Any) -> Any:
    """Write an OpenAPI 3.0 schema as JSON Schema: a nullable type is two types."""
    if isinstance(node, list):
        return [to_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: to_json_schema(value) for key, value in node.items()}
    return {**plain, "type": [plain["type"], "null"]} if plain.pop("nullable", False) else plain


def make_judge(contract: Contract) -> jsonschema_rs.Draft202012Validator:
    """Make what judges logs by a contract."""
    components = contract.document["components"]
    schema = to_json_schema({"$ref": "#/components/schemas/AuditLog", "components": components})
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


JUDGES = {case: make_judge(case.contract) for case in CASES}


def test_every_log_keeps_the_schema(told: Told) -> None:
    """Every log is valid by the contract's `AuditLog`, formats included."""
    assert all(map(JUDGES[told.case].is_valid, told.logs))


def test_logs_are_compact_json(told: Told) -> None:
    """Rows are compact JSON with the fields in Coder's order, and as Go escapes it where Coder's are."""
    fields = list(told.case.contract.schema("AuditLog")["properties"])
    written = [json.dumps(log, separators=(",", ":"), ensure_ascii=False) for log in reversed(told.logs)]
    if told.case.contract.escapes_html:
        written = [MARKUP.sub(lambda sign: f"\\u{ord(sign[0]):04x}", row) for row in written]

    assert all(list(log) == [name for name in fields if name in log] for log in told.logs)
    assert told.rows == [row.encode() for row in written]


def test_logs_come_newest_first(told: Told) -> None:
    """No two logs have the same time, and rows go from the newest to the oldest."""
    times = [parse_timestamp(log["time"]) for log in told.logs]

    assert all(early < late for early, late in pairwise(times))


def test_the_history_is_a_year(told: Told) -> None:
    """The history starts on the Monday 52 full weeks before its end and lasts until then."""
    times = [parse_timestamp(log["time"]) for log in told.logs]

    assert UNTIL - 53 * WEEK < times[0] < UNTIL - 50 * WEEK
    assert UNTIL - WEEK < times[-1] <= UNTIL


def test_ids_are_unique(told: Told) -> None:
    """No two logs have the same id."""
    assert len({log["id"] for log in told.logs}) == len(told.logs)


def test_builds_come_from_nowhere(told: Told) -> None:
    """A build's log has no program and no target, and its own id; early ones have no address and diff."""
    builds = told.of("workspace_build")

    assert not [log for log in builds if log["user_agent"] or log["resource_target"]]
    assert told.case is TODAY or not [log for log in builds if log["ip"] or log["diff"]]
    assert len({log["resource_id"] for log in builds}) == len(builds)


def test_builds_tell_of_their_workspace(told: Told) -> None:
    """A build's log has its additional fields, and those of all other logs are known (reference 10.4)."""
    fields = BUILD_FIELDS[told.case]
    known = [[], fields, ["automatic_actor", "automatic_subsystem"], ["kept", "added", "removed"]]

    assert all(list(log["additional_fields"]) == fields for log in told.of("workspace_build"))
    assert all(list(log["additional_fields"]) in known for log in told.logs)
    assert told.case is TODAY or not [
        log for log in told.of(*told.case.types - {"workspace_build"}) if log["additional_fields"]
    ]


def test_requests_come_from_somewhere(told: Told) -> None:
    """Every log but a build's, or of what Coder does by itself, has a public address and a good program."""
    requests = [
        log
        for log in told.logs
        if log["resource_type"] != "workspace_build"
        and (log["ip"] or "automatic_actor" not in log["additional_fields"])
    ]

    assert all(ipaddress.ip_address(log["ip"]).is_global for log in requests)
    assert all(0 < len(log["user_agent"]) <= USER_AGENT_LIMIT for log in requests)


def test_people_belong_to_no_organization(told: Told) -> None:
    """The organization is nil for what has none, itself for one, and one and the same for all else."""
    common = {log["organization_id"] for log in told.of(*ORGANIZED - {"organization"})}

    assert all(
        (log["organization_id"] != NIL_UUID) == (log["resource_type"] in ORGANIZED) for log in told.logs
    )
    assert all(log["organization_id"] == log["resource_id"] for log in told.of("organization"))
    assert len(common) == 1


def test_organizations_have_their_names(told: Told) -> None:
    """Where an organization is described it is the log's own, and its name is that of the organization."""
    described = [log for log in told.logs if "organization" in log]

    assert told.case is EARLY or described
    assert all(log["organization"]["id"] == log["organization_id"] != NIL_UUID for log in described)
    assert all(log["organization"]["name"] == log["resource_target"] for log in told.of("organization"))


def describe(log: Log, case: Case) -> str:
    """Describe a log by the rules of reference 11.3."""
    kind, verb = log["resource_type"], VERBS[log["action"]]
    noun = NOUNS.get(kind, kind.replace("_", " "))
    if case is EARLY:
        if kind == "workspace_build" and log["action"] != "delete":
            return (
                f"{{user}} {verb} build #{log['additional_fields']['build_number']} for workspace {{target}}"
            )
    else:
        noun = "token" if kind == "api_key" else noun
        if log["status_code"] >= 400:
            verb = f"unsuccessfully attempted to {log['action']}"
        elif kind == "chat" and log["diff"].keys() & {"archived", "user_acl", "group_acl"}:
            archived = log["diff"].get("archived")
            verb = "updated sharing for" if not archived else "archived" if archived["new"] else "unarchived"
    if log["action"] == "request_password_reset":
        return f"{verb} for {{target}}"
    if kind == "git_ssh_key" or log["action"] in {"login", "logout", "register"}:
        return f"{{user}} {verb}" + (" the git ssh key" if kind == "git_ssh_key" else "")
    return f"{{user}} {verb} {noun}{' to' if kind == 'convert_login' else ''} {{target}}"


def test_descriptions_say_what_happened(told: Told) -> None:
    """Every description follows from type, action, status and build number (reference 11.3)."""
    assert [log["description"] for log in told.logs] == [describe(log, told.case) for log in told.logs]


def link(log: Log) -> str:
    """Link to a resource by the rules of reference 11.4; whoever acts on a workspace owns it."""
    target, facts = log["resource_target"], log["additional_fields"]
    owner = (log["user"] or {}).get("username", "")
    paths = {
        "template": f"/templates/{target}",
        "user": f"/users?filter={target}",
        "workspace": f"/@{owner}/{target}",
        "workspace_build": f"/@{owner}/{facts.get('workspace_name')}/builds/{facts.get('build_number')}",
        "oauth2_provider_app": f"/deployment/oauth2-provider/apps/{log['resource_id']}",
        "task": f"/tasks/{owner}/{log['resource_id']}",
        "chat": f"/agents/{log['resource_id']}",
        "group_ai_budget": f"/organizations/coder/groups/{target}",
    }
    return "" if log["is_deleted"] else paths.get(log["resource_type"], "")


def test_secrets_of_apps_link_to_their_app(told: Told) -> None:
    """The link of an app's secret is the one of the app with the name that it has, too (reference 11.4)."""
    apps = {log["resource_target"]: log["resource_id"] for log in told.of("oauth2_provider_app")}
    left = [log for log in told.of("oauth2_provider_app_secret") if not log["is_deleted"]]

    assert all(log["resource_link"].rpartition("/")[2] == apps[log["resource_target"]] for log in left)


def test_links_lead_to_what_is_left(told: Told) -> None:
    """Every link follows from type and names, and is empty for what is deleted (reference 11.4)."""
    logs = told.of(*told.case.types - {"oauth2_provider_app_secret"})

    assert [log["resource_link"] for log in logs] == [link(log) for log in logs]


def test_icons_are_empty(told: Told) -> None:
    """No real server fills `resource_icon` (reference 10.1)."""
    assert {log["resource_icon"] for log in told.logs} == {""}
