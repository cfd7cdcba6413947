"""Rules of each log by itself: its form, and the fields that follow from others (reference 10.1, 11)."""

import ipaddress
import json
from itertools import pairwise
from typing import Any

import jsonschema_rs
from chronicles import Told
from histories import CONTRACT, UNTIL, Log

from auditmock.instants import WEEK, parse_instant
from auditmock.vocabulary import NIL_UUID, USER_AGENT_LIMIT

PERSONAL = {"user", "git_ssh_key"}
VERBS = {"create": "created", "write": "updated", "delete": "deleted", "start": "started", "stop": "stopped"}


def to_json_schema(node: Any) -> Any:
    """Write an OpenAPI 3.0 schema as JSON Schema: a nullable type is two types."""
    if isinstance(node, list):
        return [to_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: to_json_schema(value) for key, value in node.items()}
    return {**plain, "type": [plain["type"], "null"]} if plain.pop("nullable", False) else plain


JUDGE = jsonschema_rs.Draft202012Validator(
    to_json_schema({"$ref": "#/components/schemas/AuditLog", "components": CONTRACT.document["components"]}),
    validate_formats=True,
)


def test_every_log_keeps_the_schema(told: Told) -> None:
    """Every log is valid by the contract's `AuditLog`, formats included."""
    assert all(JUDGE.is_valid(log) for log in told.logs)


def test_logs_are_compact_json(told: Told) -> None:
    """Rows are compact JSON with the fields in Coder's order."""
    fields = CONTRACT.schema("AuditLog")["required"]

    assert all(list(log) == fields for log in told.logs)
    assert told.rows == [
        json.dumps(log, separators=(",", ":"), ensure_ascii=False).encode() for log in reversed(told.logs)
    ]


def test_logs_come_newest_first(told: Told) -> None:
    """No two logs have the same time, and rows go from the newest to the oldest."""
    times = [parse_instant(log["time"]) for log in told.logs]

    assert all(early < late for early, late in pairwise(times))


def test_the_history_is_a_year(told: Told) -> None:
    """The history starts on the Monday 52 full weeks before its end and lasts until then."""
    times = [parse_instant(log["time"]) for log in told.logs]

    assert UNTIL - 53 * WEEK < times[0] < UNTIL - 50 * WEEK
    assert UNTIL - WEEK < times[-1] <= UNTIL


def test_ids_are_unique(told: Told) -> None:
    """No two logs have the same id."""
    assert len({log["id"] for log in told.logs}) == len(told.logs)


def test_builds_come_from_nowhere(told: Told) -> None:
    """A build's log has no address, program, target or diff, and its own id (reference 13.1)."""
    builds = told.of("workspace_build")

    assert all(
        not (log["ip"] or log["user_agent"] or log["resource_target"] or log["diff"]) for log in builds
    )
    assert len({log["resource_id"] for log in builds}) == len(builds)


def test_builds_tell_of_their_workspace(told: Told) -> None:
    """A build's log has the four additional fields, all other logs have none (reference 10.4)."""
    names = ["build_number", "build_reason", "workspace_name", "workspace_owner"]

    assert all(
        list(log["additional_fields"]) == (names if log["resource_type"] == "workspace_build" else [])
        for log in told.logs
    )


def test_requests_come_from_somewhere(told: Told) -> None:
    """Every log but a build's has a public address and a program that fits."""
    requests = [log for log in told.logs if log["resource_type"] != "workspace_build"]

    assert all(ipaddress.ip_address(log["ip"]).is_global for log in requests)
    assert all(0 < len(log["user_agent"]) <= USER_AGENT_LIMIT for log in requests)


def test_people_belong_to_no_organization(told: Told) -> None:
    """The organization is nil for users and their keys, and one and the same for all else."""
    personal = {log["organization_id"] for log in told.logs if log["resource_type"] in PERSONAL}
    common = {log["organization_id"] for log in told.logs if log["resource_type"] not in PERSONAL}

    assert personal == {NIL_UUID}
    assert len(common) == 1
    assert NIL_UUID not in common


def describe(log: Log) -> str:
    """Describe a log by the rule of reference 11.3."""
    kind, verb = log["resource_type"], VERBS[log["action"]]
    if kind == "git_ssh_key":
        return f"{{user}} {verb} the git ssh key"
    if kind == "workspace_build" and log["action"] != "delete":
        return f"{{user}} {verb} build #{log['additional_fields']['build_number']} for workspace {{target}}"
    noun = "workspace" if kind == "workspace_build" else kind.replace("_", " ")
    return f"{{user}} {verb} {noun} {{target}}"


def test_descriptions_say_what_happened(told: Told) -> None:
    """Every description follows from type, action and build number (reference 11.3)."""
    assert [log["description"] for log in told.logs] == [describe(log) for log in told.logs]


def link(log: Log) -> str:
    """Link to a resource by the rules of reference 11.4; whoever acts on a workspace owns it."""
    target, owner, facts = log["resource_target"], log["user"]["username"], log["additional_fields"]
    if log["is_deleted"]:
        return ""
    if log["resource_type"] == "workspace_build":
        return f"/@{owner}/{facts['workspace_name']}/builds/{facts['build_number']}"
    paths = {"template": "/templates/", "user": "/users?filter=", "workspace": f"/@{owner}/"}
    return paths[log["resource_type"]] + target if log["resource_type"] in paths else ""


def test_links_lead_to_what_is_left(told: Told) -> None:
    """Every link follows from type and names, and is empty for what is deleted (reference 11.4)."""
    assert [log["resource_link"] for log in told.logs] == [link(log) for log in told.logs]


def test_icons_are_empty(told: Told) -> None:
    """No real server fills `resource_icon` (reference 10.1)."""
    assert {log["resource_icon"] for log in told.logs} == {""}
