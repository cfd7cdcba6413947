"""Hand-written logs of a scenario: given fields are kept, the others are derived."""

import json
from itertools import product

import pytest
from scenario_files import CONTRACT, logs_of, open_snapshot

from auditmock.core.timestamps import HOUR, parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.openapi.releases import DOCUMENTED

UNTIL = parse_timestamp("2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("-2h", UNTIL - 2 * HOUR),
        ("-3d12h", UNTIL - 84 * HOUR),
        ("-1m0.000001s", UNTIL - HOUR // 60 - 1),
        ("+1h", UNTIL + HOUR),
        ("2025-12-24", parse_timestamp("2025-12-24T00:00:00Z")),
        ("2025-12-24T12:00:00+02:00", parse_timestamp("2025-12-24T10:00:00Z")),
    ],
)
def test_times_are_absolute_or_relative(time: str, instant: int) -> None:
    """A time is an RFC 3339 time, a date, or an offset from the end of the history."""
    (log,) = logs_of(f"logs: [{{time: '{time}'}}]")

    assert parse_timestamp(log["time"]) == instant


def test_logs_without_times_keep_their_order() -> None:
    """The first log of a file is the newest."""
    logs = logs_of("logs: [{resource_target: a}, {resource_target: b}, {resource_target: c}]")

    assert [log["resource_target"] for log in logs] == ["a", "b", "c"]


def test_repeat_writes_several_logs() -> None:
    """`repeat` writes a log several times at intervals, with new ids and names."""
    logs = logs_of("logs: [{time: -1h, resource_target: 'x-<n>', repeat: {times: 3, every: 10m}}]")

    assert [log["resource_target"] for log in logs] == ["x-3", "x-2", "x-1"]
    assert [log["time"][11:16] for log in logs] == ["23:20", "23:10", "23:00"]
    assert len({log["id"] for log in logs}) == len({log["resource_id"] for log in logs}) == 3


def test_logs_with_one_target_share_a_resource() -> None:
    """Logs with the same type and target have one resource id and deletion state."""
    logs = logs_of(
        "logs:\n"
        "  - {resource_type: workspace, resource_target: a}\n"
        "  - {resource_type: workspace, resource_target: a, action: delete}\n"
        "  - {resource_type: workspace, resource_target: b, action: delete, status_code: 403}\n"
    )

    assert logs[0]["resource_id"] == logs[1]["resource_id"] != logs[2]["resource_id"]
    assert [(log["is_deleted"], log["resource_link"][:2]) for log in logs] == [
        (True, ""),
        (True, ""),
        (False, "/@"),
    ]


def test_diff_is_sorted() -> None:
    """Fields of a diff are sorted, and each has old, new and secret in this order."""
    (log,) = logs_of("logs: [{diff: {b: {new: 2, old: 1}, a: {secret: true, old: ''}}}]")

    assert json.dumps(log["diff"]) == (
        '{"a": {"old": "", "secret": true}, "b": {"old": 1, "new": 2, "secret": false}}'
    )


def test_given_fields_are_kept() -> None:
    """Every field of the file is in the log unchanged."""
    given = {
        "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197",
        "request_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5198",
        "time": "2025-12-24T10:00:00.5Z",
        "organization_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5199",
        "ip": "::1",
        "user_agent": "curl",
        "resource_type": "group",
        "resource_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5190",
        "resource_target": "crew",
        "resource_icon": "/icon.svg",
        "action": "delete",
        "diff": {"name": {"old": "a", "secret": False}},
        "status_code": 299,
        "additional_fields": {"a": [1]},
        "description": "gone",
        "resource_link": "/there",
        "is_deleted": True,
        "user": None,
    }

    assert logs_of("logs: " + json.dumps([given])) == [given]


def test_logs_refer_to_users() -> None:
    """Logs refer to users of the file, built-in users, their replacements, or null."""
    logs = logs_of(
        "people:\n"
        "  - {username: mallory, email: m@example.org, roles: [auditor], status: suspended}\n"
        "  - {in_place_of: member, username: bob}\n"
        "logs: [{user: mallory}, {user: bob}, {user: member}, {user: auditor}, {user: null}]\n"
    )

    assert logs[0]["user"]["email"] == "m@example.org"
    assert logs[0]["user"]["roles"] == [{"name": "auditor", "display_name": "Auditor"}]
    assert logs[1]["user"] == logs[2]["user"]
    assert [log["user"] and log["user"]["username"] for log in logs[1:3]] == ["bob", "bob"]
    assert logs[3]["user"]["roles"][0]["name"] == "auditor"
    assert logs[4]["user"] is None


def test_replaced_user_has_the_token() -> None:
    """A user in place of a built-in user has its token and its logs in the history."""
    snapshot = open_snapshot(
        "summary: x\n"
        "people: [{in_place_of: owner, username: bob, email: b@example.org, name: Bob, roles: []}]\n",
        500,
    )
    owner, history = snapshot.users[BuiltinUser.OWNER], snapshot.post_writer.history
    by_name = [list(history.select(*each)) for each in (("username", "bob"), ("email", "b@example.org"))]

    assert (owner.username, owner.email, owner.name, owner.roles) == ("bob", "b@example.org", "Bob", ())
    assert by_name[0] == by_name[1] != []
    assert json.loads(history.log(by_name[0][0]))["user"]["username"] == "bob"


def test_logs_unknown_to_a_release_are_omitted() -> None:
    """A log with a type that the release lacks is omitted; the others stay."""
    text = "logs: [{resource_type: license}, {resource_type: user}]"
    types = {
        release: [log["resource_type"] for log in logs_of(text, release)] for release in (DOCUMENTED, "v2.35")
    }

    assert types == {DOCUMENTED: ["user"], "v2.35": ["license", "user"]}


def test_each_writes_every_combination() -> None:
    """`each` writes one log per combination; `all` stands for every value of the release."""
    logs = logs_of("logs: [{each: {action: [all], resource_type: [user, group], status_code: [200, 500]}}]")

    assert sorted((log["action"], log["resource_type"], log["status_code"]) for log in logs) == sorted(
        product(CONTRACT.enum("AuditAction"), ("user", "group"), (200, 500))
    )
