"""Single logs: their form, and the fields that follow from others (reference 10.1, 11)."""

import ipaddress
import json
import re
from itertools import pairwise
from typing import Any

import jsonschema_rs
from histories import UNTIL, Log
from history_reader import LoggedHistory
from lifecycle_facts import BASIC, CASES, CURRENT, Case

from auditmock.core.constants import NIL_UUID, USER_AGENT_LIMIT
from auditmock.core.timestamps import WEEK, parse_timestamp
from auditmock.openapi.contract import Contract

IN_ORGANIZATION = {
    *("template", "template_version", "workspace", "workspace_build"),
    *("group", "custom_role", "organization", "organization_member", "idp_sync_settings_group"),
    *("idp_sync_settings_role", "task", "chat", "group_ai_budget", "user_ai_budget_override"),
}
"""Types that belong to an organization (reference 13.3)."""

BUILD_FIELDS = {
    BASIC: ["build_number", "build_reason", "workspace_name", "workspace_owner"],
    CURRENT: ["build_number", "build_reason", "workspace_id", "workspace_name", "workspace_owner"],
}
"""Additional fields of a build, in PostgreSQL's order (reference 10.4)."""

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
"""Nouns that differ from the type's name (reference 11.2)."""


MARKUP = re.compile("[<>&]")


def to_json_schema(node: Any) -> Any:
    """Convert an OpenAPI 3.0 schema to JSON Schema: a nullable type becomes two types."""
    if isinstance(node, list):
        return [to_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    converted = {key: to_json_schema(value) for key, value in node.items()}
    return (
        {**converted, "type": [converted["type"], "null"]} if converted.pop("nullable", False) else converted
    )


def make_validator(contract: Contract) -> jsonschema_rs.Draft202012Validator:
    """Make a validator of logs for a contract."""
    components = contract.document["components"]
    schema = to_json_schema({"$ref": "#/components/schemas/AuditLog", "components": components})
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


VALIDATORS = {case: make_validator(case.contract) for case in CASES}


def test_every_log_is_valid(logged: LoggedHistory) -> None:
    """Every log is valid against the contract's `AuditLog`, including formats."""
    assert all(map(VALIDATORS[logged.case].is_valid, logged.logs))


def test_logs_are_compact_json(logged: LoggedHistory) -> None:
    """Rows are compact JSON with fields in Coder's order, escaped like Go where Coder does."""
    fields = list(logged.case.contract.schema("AuditLog")["properties"])
    written = [json.dumps(log, separators=(",", ":"), ensure_ascii=False) for log in reversed(logged.logs)]
    if logged.case.contract.escapes_html:
        written = [MARKUP.sub(lambda sign: f"\\u{ord(sign[0]):04x}", row) for row in written]

    assert all(list(log) == [name for name in fields if name in log] for log in logged.logs)
    assert logged.rows == [row.encode() for row in written]


def test_rows_are_newest_first(logged: LoggedHistory) -> None:
    """Rows go from the newest to the oldest, with distinct times."""
    times = [parse_timestamp(log["time"]) for log in logged.logs]

    assert all(early < late for early, late in pairwise(times))


def test_history_spans_a_year(logged: LoggedHistory) -> None:
    """The history starts on the Monday 52 full weeks before its end and lasts until the end."""
    times = [parse_timestamp(log["time"]) for log in logged.logs]

    assert UNTIL - 53 * WEEK < times[0] < UNTIL - 50 * WEEK
    assert UNTIL - WEEK < times[-1] <= UNTIL


def test_ids_are_unique(logged: LoggedHistory) -> None:
    """No two logs have the same id."""
    assert len({log["id"] for log in logged.logs}) == len(logged.logs)


def test_builds_have_no_user_agent_or_target(logged: LoggedHistory) -> None:
    """A build has no user agent and target, and its own id; in early releases no address and diff."""
    builds = logged.of("workspace_build")

    assert not [log for log in builds if log["user_agent"] or log["resource_target"]]
    assert logged.case is CURRENT or not [log for log in builds if log["ip"] or log["diff"]]
    assert len({log["resource_id"] for log in builds}) == len(builds)


def test_builds_have_additional_fields(logged: LoggedHistory) -> None:
    """A build has its additional fields; other logs have one of the known sets (reference 10.4)."""
    fields = BUILD_FIELDS[logged.case]
    known = [[], fields, ["automatic_actor", "automatic_subsystem"], ["kept", "added", "removed"]]

    assert all(list(log["additional_fields"]) == fields for log in logged.of("workspace_build"))
    assert all(list(log["additional_fields"]) in known for log in logged.logs)
    assert logged.case is CURRENT or not [
        log for log in logged.of(*logged.case.types - {"workspace_build"}) if log["additional_fields"]
    ]


def test_requests_have_public_addresses(logged: LoggedHistory) -> None:
    """A log has a public address and a user agent, unless Coder wrote it on its own."""
    requests = [
        log
        for log in logged.logs
        if log["resource_type"] != "workspace_build"
        and (log["ip"] or "automatic_actor" not in log["additional_fields"])
    ]

    assert all(ipaddress.ip_address(log["ip"]).is_global for log in requests)
    assert all(0 < len(log["user_agent"]) <= USER_AGENT_LIMIT for log in requests)


def test_organization_is_nil_for_users(logged: LoggedHistory) -> None:
    """The organization is nil for types without one, itself for organizations, else the default one."""
    common = {log["organization_id"] for log in logged.of(*IN_ORGANIZATION - {"organization"})}

    assert all(
        (log["organization_id"] != NIL_UUID) == (log["resource_type"] in IN_ORGANIZATION)
        for log in logged.logs
    )
    assert all(log["organization_id"] == log["resource_id"] for log in logged.of("organization"))
    assert len(common) == 1


def test_organization_matches_the_log(logged: LoggedHistory) -> None:
    """`organization` has the log's own organization id, and an organization's name."""
    described = [log for log in logged.logs if "organization" in log]

    assert logged.case is BASIC or described
    assert all(log["organization"]["id"] == log["organization_id"] != NIL_UUID for log in described)
    assert all(log["organization"]["name"] == log["resource_target"] for log in logged.of("organization"))


def describe(log: Log, case: Case) -> str:
    """Return a log's description by reference 11.3."""
    kind, verb = log["resource_type"], VERBS[log["action"]]
    noun = NOUNS.get(kind, kind.replace("_", " "))
    if case is BASIC:
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


def test_descriptions_follow_from_the_log(logged: LoggedHistory) -> None:
    """A description follows from type, action, status and build number (reference 11.3)."""
    assert [log["description"] for log in logged.logs] == [describe(log, logged.case) for log in logged.logs]


def link(log: Log) -> str:
    """Return a log's link by reference 11.4; the user of a workspace's log owns it."""
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


def test_app_secret_links_to_its_app(logged: LoggedHistory) -> None:
    """The link of an app's secret is that of the app with the same name (reference 11.4)."""
    apps = {log["resource_target"]: log["resource_id"] for log in logged.of("oauth2_provider_app")}
    existing = [log for log in logged.of("oauth2_provider_app_secret") if not log["is_deleted"]]

    assert all(log["resource_link"].rpartition("/")[2] == apps[log["resource_target"]] for log in existing)


def test_links_follow_from_the_log(logged: LoggedHistory) -> None:
    """A link follows from type and names, and is empty for deleted resources (reference 11.4)."""
    logs = logged.of(*logged.case.types - {"oauth2_provider_app_secret"})

    assert [log["resource_link"] for log in logs] == [link(log) for log in logs]


def test_icons_are_empty(logged: LoggedHistory) -> None:
    """Real servers never fill `resource_icon` (reference 10.1)."""
    assert {log["resource_icon"] for log in logged.logs} == {""}
