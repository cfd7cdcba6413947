"""Faults of a log's fields."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from fault import Wrap, about
from rewriting import NIL, Log, rewrite_log, rewrite_logs, show, show_user, without

fault = about("fields")


def _drop(name: str, when: Callable[[Log], bool] = bool) -> Wrap:
    return rewrite_log(lambda log: without(log, name), when)


def _is_build(log: Log) -> bool:
    return bool(log["resource_type"] == "workspace_build")


def _move_time(time: str) -> str:
    moved = datetime.fromisoformat(time) + timedelta(hours=1)
    return moved.isoformat().replace("+00:00", "+01:00")


def _to_camel_case(document: Any) -> Any:
    return {re.sub("_(.)", lambda match: match[1].upper(), name): value for name, value in document.items()}


def _describe(old: str, new: str, when: Callable[[Log], bool] = bool) -> Wrap:
    return show("description", lambda log: log["description"].replace(old, new), when)


def _link(old: str, new: str) -> Wrap:
    return show("resource_link", lambda log: re.sub(old, new, log["resource_link"]))


def _share_users(logs: list[Log], _: object) -> list[Log]:
    return [log | {"user": logs[0]["user"]} for log in logs]


def _mix_emails(logs: list[Log], _: object) -> list[Log]:
    emails = [(log["user"] or {}).get("email") for log in [*logs[1:], *logs[:1]]]
    return [
        log | {"user": log["user"] and log["user"] | {"email": email}}
        for log, email in zip(logs, emails, strict=True)
    ]


def _link_always(log: Log) -> str:
    forms = {"template": "/templates/{0}", "user": "/users?filter={0}", "workspace": "/@owner/{0}"}
    return forms.get(log["resource_type"], "").format(log["resource_target"]) or str(log["resource_link"])


FAULTS = (
    fault("id-missing", "A log has no `id`.", _drop("id")),
    fault(
        "id-is-new-each-time",
        "The `id` of a log changes with every request.",
        show("id", lambda _: str(uuid4())),
    ),
    fault(
        "id-of-the-page",
        "All logs of a page have the `id` of the first one.",
        rewrite_logs(lambda logs, _: [log | {"id": logs[0]["id"]} for log in logs]),
    ),
    fault("id-is-a-number", "The `id` of a log is a number.", show("id", lambda log: int(log["id"][:8], 16))),
    fault(
        "id-without-dashes",
        "The `id` of a log has no dashes.",
        show("id", lambda log: log["id"].replace("-", "")),
    ),
    fault("request-id-missing", "A log has no `request_id`.", _drop("request_id")),
    fault(
        "request-id-null-for-builds",
        "The `request_id` of a build is null.",
        show("request_id", lambda _: None, _is_build),
    ),
    fault(
        "request-id-is-a-trace-id",
        "The `request_id` is not a UUID.",
        show("request_id", lambda log: f"host/{log['request_id'][:8]}"),
    ),
    fault("time-without-zone", "Times have no `Z`.", show("time", lambda log: log["time"][:-1])),
    fault(
        "time-in-another-zone",
        "Times have the offset +01:00.",
        show("time", lambda log: _move_time(log["time"])),
    ),
    fault(
        "time-with-a-space",
        "Times have a space instead of `T`.",
        show("time", lambda log: log["time"].replace("T", " ")),
    ),
    fault(
        "time-is-a-number",
        "Times are seconds since 1970.",
        show("time", lambda log: int(datetime.fromisoformat(log["time"]).timestamp())),
    ),
    fault(
        "time-with-nine-digits",
        "Times have nine digits of fraction.",
        show(
            "time",
            lambda log: (
                (log["time"][:-1] if "." in log["time"] else log["time"][:-1] + ".").ljust(29, "0") + "Z"
            ),
        ),
    ),
    fault(
        "time-in-whole-minutes",
        "Times are truncated to the minute.",
        show("time", lambda log: log["time"][:16] + ":00Z"),
    ),
    fault(
        "time-one-day-late",
        "Times are a day late.",
        show(
            "time",
            lambda log: (
                (datetime.fromisoformat(log["time"]) + timedelta(1)).isoformat().replace("+00:00", "Z")
            ),
        ),
    ),
    fault(
        "time-of-day-twelve-hours",
        "Times use a 12-hour clock.",
        show("time", lambda log: f"{log['time'][:11]}{int(log['time'][11:13]) % 12:02d}{log['time'][13:]}"),
    ),
    fault(
        "organization-missing-when-none",
        "A log without an organization has no `organization_id`.",
        _drop("organization_id", lambda log: log["organization_id"] == NIL),
    ),
    fault(
        "organization-empty-when-none",
        "The `organization_id` of a log without an organization is empty.",
        show("organization_id", lambda _: "", lambda log: log["organization_id"] == NIL),
    ),
    fault(
        "organization-null-when-none",
        "The `organization_id` of a log without an organization is null.",
        show("organization_id", lambda _: None, lambda log: log["organization_id"] == NIL),
    ),
    fault("ip-null-when-unknown", "An unknown `ip` is null.", show("ip", lambda log: log["ip"] or None)),
    fault("ip-missing-when-unknown", "An unknown `ip` is omitted.", _drop("ip", lambda log: not log["ip"])),
    fault(
        "ip-with-port", "An `ip` includes a port.", show("ip", lambda log: log["ip"] and f"{log['ip']}:443")
    ),
    fault(
        "ip-is-an-object", "An `ip` is an object.", show("ip", lambda log: {"IP": log["ip"], "Mask": None})
    ),
    fault(
        "ip-is-a-host-name",
        "An `ip` is a host name.",
        show("ip", lambda log: log["ip"] and f"host-{log['ip'].replace('.', '-')}.example.com"),
    ),
    fault(
        "user-agent-null-when-unknown",
        "An unknown `user_agent` is null.",
        show("user_agent", lambda log: log["user_agent"] or None),
    ),
    fault(
        "user-agent-missing-when-unknown",
        "An unknown `user_agent` is omitted.",
        _drop("user_agent", lambda log: not log["user_agent"]),
    ),
    fault(
        "resource-type-in-camel-case",
        "A `resource_type` is in camel case.",
        show(
            "resource_type", lambda log: re.sub("_(.)", lambda match: match[1].upper(), log["resource_type"])
        ),
    ),
    fault("resource-type-missing", "A log has no `resource_type`.", _drop("resource_type")),
    fault(
        "build-shown-as-workspace",
        "A build is shown as a workspace.",
        show("resource_type", lambda _: "workspace", _is_build),
    ),
    fault(
        "resource-id-without-dashes",
        "A `resource_id` has no dashes.",
        show("resource_id", lambda log: log["resource_id"].replace("-", "")),
    ),
    fault(
        "resource-id-is-the-log-id",
        "The `resource_id` is the id of the log.",
        show("resource_id", lambda log: log["id"]),
    ),
    fault(
        "resource-target-null-when-empty",
        "An empty `resource_target` is null.",
        show("resource_target", lambda log: log["resource_target"] or None),
    ),
    fault(
        "resource-target-missing-when-empty",
        "An empty `resource_target` is omitted.",
        _drop("resource_target", lambda log: not log["resource_target"]),
    ),
    fault(
        "resource-target-truncated",
        "A `resource_target` is truncated at 32 characters.",
        show("resource_target", lambda log: log["resource_target"][:32]),
    ),
    fault("resource-icon-missing", "A log has no `resource_icon`.", _drop("resource_icon")),
    fault("resource-icon-null", "The `resource_icon` is null.", show("resource_icon", lambda _: None)),
    fault(
        "action-capitalised", "An `action` is capitalized.", show("action", lambda log: log["action"].title())
    ),
    fault(
        "action-in-the-past",
        "A `delete` is shown as `deleted`.",
        show("action", lambda _: "deleted", lambda log: log["action"] == "delete"),
    ),
    fault(
        "stop-shown-as-start",
        "A `stop` is shown as a `start`.",
        show("action", lambda _: "start", lambda log: log["action"] == "stop"),
    ),
    fault(
        "status-code-is-text",
        "The `status_code` is a string.",
        show("status_code", lambda log: str(log["status_code"])),
    ),
    fault(
        "status-code-zero-on-failure",
        "The `status_code` of a failed build is 0.",
        show("status_code", lambda log: 0 if log["status_code"] == 500 else log["status_code"]),
    ),
    fault("status-code-missing", "A log has no `status_code`.", _drop("status_code")),
    fault(
        "status-code-of-builds-is-201",
        "The `status_code` of a build that started is 201.",
        show(
            "status_code",
            lambda _: 201,
            lambda log: _is_build(log) and log["action"] == "start" and log["status_code"] == 200,
        ),
    ),
    fault(
        "additional-fields-are-text",
        "`additional_fields` is a JSON string.",
        show("additional_fields", lambda log: json.dumps(log["additional_fields"])),
    ),
    fault(
        "additional-fields-are-bytes",
        "`additional_fields` is an array of bytes.",
        show("additional_fields", lambda log: list(json.dumps(log["additional_fields"]).encode())),
    ),
    fault(
        "additional-fields-missing-when-empty",
        "Empty `additional_fields` is omitted.",
        _drop("additional_fields", lambda log: not log["additional_fields"]),
    ),
    fault(
        "build-number-is-a-number",
        "The `build_number` of a build is a number.",
        show(
            "additional_fields",
            lambda log: (
                log["additional_fields"] | {"build_number": int(log["additional_fields"]["build_number"])}
            ),
            lambda log: "build_number" in log["additional_fields"],
        ),
    ),
    fault(
        "build-reason-hidden",
        "A build has no `build_reason`.",
        show("additional_fields", lambda log: without(log["additional_fields"], "build_reason")),
    ),
    fault(
        "build-reason-in-camel-case",
        "The `additional_fields` of a build have camel-case names.",
        show("additional_fields", lambda log: _to_camel_case(log["additional_fields"])),
    ),
    fault(
        "description-of-stop-misspelt",
        "The description of a stop says `stoped`.",
        _describe("stopped", "stoped"),
    ),
    fault(
        "description-of-write-in-the-present",
        "The description of a write says `write` instead of `updated`.",
        _describe(" updated ", " write "),
    ),
    fault(
        "description-filled-in",
        "The placeholder `{user}` of a description is replaced by the username.",
        show(
            "description",
            lambda log: log["description"].replace("{user}", (log["user"] or {}).get("username", "")),
        ),
    ),
    fault(
        "description-without-build-number",
        "The description of a build has no build number.",
        show("description", lambda log: re.sub(r" #\d+", "", log["description"])),
    ),
    fault(
        "description-with-underscore",
        "The description of a template version says `template_version`.",
        _describe("template version", "template_version"),
    ),
    fault(
        "description-of-key-with-target",
        "The description of an SSH key includes a target.",
        _describe("the git ssh key", "git ssh key {target}"),
    ),
    fault(
        "description-of-deleted-build-with-number",
        "The description of a delete build mentions the build.",
        _describe("deleted workspace", "deleted build for workspace", _is_build),
    ),
    fault(
        "description-of-failures-differs",
        "The description of a failed request says `unsuccessfully`.",
        show(
            "description",
            lambda log: log["description"].replace("{user} ", "{user} unsuccessfully "),
            lambda log: log["status_code"] >= 400,
        ),
    ),
    fault("description-missing", "A log has no `description`.", _drop("description")),
    fault(
        "description-of-groups-empty",
        "The description of a group is empty.",
        show("description", lambda _: "", lambda log: log["resource_type"] == "group"),
    ),
    fault(
        "link-of-deleted-resources",
        "A deleted resource has a link.",
        show("resource_link", _link_always, lambda log: bool(log["is_deleted"])),
    ),
    fault(
        "link-of-template-to-workspace",
        "The link of a template points to a workspace.",
        _link("^/templates/", "/@templates/"),
    ),
    fault("link-with-host", "Links include a host.", _link("^/", "https://coder.example.com/")),
    fault("link-without-at", "The link of a workspace has no `@`.", _link("^/@", "/")),
    fault(
        "link-of-build-to-workspace", "The link of a build points to its workspace.", _link("/builds/.*", "")
    ),
    fault(
        "link-of-user-without-filter", "The link of a user points to all users.", _link(r"\?filter=.*", "")
    ),
    fault(
        "link-of-groups",
        "Groups have links.",
        show(
            "resource_link",
            lambda log: f"/groups/{log['resource_target']}",
            lambda log: log["resource_type"] == "group",
        ),
    ),
    fault(
        "link-null-when-none",
        "A missing link is null instead of empty.",
        show("resource_link", lambda log: log["resource_link"] or None),
    ),
    fault("is-deleted-always-false", "`is_deleted` is always false.", show("is_deleted", lambda _: False)),
    fault(
        "is-deleted-for-groups",
        "`is_deleted` is always true for groups.",
        show("is_deleted", lambda _: True, lambda log: log["resource_type"] == "group"),
    ),
    fault(
        "is-deleted-for-keys",
        "`is_deleted` is always true for SSH keys.",
        show("is_deleted", lambda _: True, lambda log: log["resource_type"] == "git_ssh_key"),
    ),
    fault(
        "is-deleted-is-text",
        "`is_deleted` is a string.",
        show("is_deleted", lambda log: str(log["is_deleted"]).lower()),
    ),
    fault(
        "is-deleted-is-a-number",
        "`is_deleted` is 0 or 1.",
        show("is_deleted", lambda log: int(log["is_deleted"])),
    ),
    fault(
        "is-deleted-missing-when-false",
        "`is_deleted` is omitted when false.",
        _drop("is_deleted", lambda log: not log["is_deleted"]),
    ),
    fault(
        "is-deleted-in-the-deletion-log-only",
        "`is_deleted` is true only in the log of the deletion.",
        show("is_deleted", lambda log: log["is_deleted"] and log["action"] == "delete"),
    ),
    fault("user-always-null", "The user of a log is always null.", show("user", lambda _: None)),
    fault("user-missing", "A log has no `user`.", _drop("user")),
    fault(
        "user-null-when-suspended",
        "The user of a log is null if suspended.",
        show_user(lambda _: None, lambda user: user["status"] == "suspended"),
    ),
    fault(
        "user-of-the-first-log",
        "All logs of a page have the user of the first one.",
        rewrite_logs(_share_users),
    ),
    fault("user-id-null", "The `id` of a user is null.", show_user(lambda user: user | {"id": None})),
    fault(
        "username-capitalised",
        "The `username` has spaces and capital letters.",
        show_user(lambda user: user | {"username": user["username"].replace("-", " ").title()}),
    ),
    fault(
        "username-is-the-email",
        "The `username` is the user's email.",
        show_user(lambda user: user | {"username": user["email"]}),
    ),
    fault("email-of-another-user", "The `email` is that of the next log's user.", rewrite_logs(_mix_emails)),
    fault(
        "email-hidden",
        "The `email` of a user is masked.",
        show_user(lambda user: user | {"email": f"***@{user['email'].split('@')[1]}"}),
    ),
    fault(
        "user-created-without-zone",
        "`created_at` of a user has no `Z`.",
        show_user(lambda user: user | {"created_at": user["created_at"][:-1]}),
    ),
    fault(
        "user-created-on-a-day",
        "`created_at` of a user is a date.",
        show_user(lambda user: user | {"created_at": user["created_at"][:10]}),
    ),
    fault(
        "user-last-seen-null",
        "`last_seen_at` of a user is null.",
        show_user(lambda user: user | {"last_seen_at": None}),
    ),
    fault(
        "user-last-seen-missing",
        "A user has no `last_seen_at`.",
        show_user(lambda user: without(user, "last_seen_at")),
    ),
    fault(
        "user-status-unknown",
        "The status of a suspended user is `dormant`.",
        show_user(lambda user: user | {"status": "dormant"}, lambda user: user["status"] == "suspended"),
    ),
    fault("user-status-missing", "A user has no `status`.", show_user(lambda user: without(user, "status"))),
    fault(
        "user-organizations-missing",
        "A user has no `organization_ids`.",
        show_user(lambda user: without(user, "organization_ids")),
    ),
    fault(
        "user-organizations-are-names",
        "The `organization_ids` of a user are not UUIDs.",
        show_user(lambda user: user | {"organization_ids": ["default"]}),
    ),
    fault("user-roles-missing", "A user has no `roles`.", show_user(lambda user: without(user, "roles"))),
    fault(
        "user-roles-null-when-none",
        "The `roles` of a user without roles is null.",
        show_user(lambda user: user | {"roles": user["roles"] or None}),
    ),
    fault(
        "user-roles-are-texts",
        "The `roles` of a user are strings.",
        show_user(lambda user: user | {"roles": [role["name"] for role in user["roles"]]}),
    ),
    fault(
        "user-role-without-display-name",
        "A role has no `display_name`.",
        show_user(lambda user: user | {"roles": [without(role, "display_name") for role in user["roles"]]}),
    ),
    fault(
        "user-avatar-null",
        "A missing `avatar_url` of a user is null.",
        show_user(lambda user: user | {"avatar_url": user["avatar_url"] or None}),
    ),
    fault("fields-in-camel-case", "The fields of a log have camel-case names.", rewrite_log(_to_camel_case)),
)
