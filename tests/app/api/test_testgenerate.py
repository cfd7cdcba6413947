"""POST /api/v2/audit/testgenerate: what is written, and nothing else (reference 12)."""

from typing import Any
from uuid import UUID

import pytest
from asgi_requests import LIST, OWNER, Call, listing, send_request, send_requests, writing

from auditmock.core.asgi_types import App
from auditmock.core.constants import NIL_UUID, ZERO_TIME
from auditmock.core.timestamps import parse_timestamp

RESOURCE = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
LIST_ALL = listing("q=&limit=1000")
NOW = "2026-02-03T04:05:06.789Z"
Log = dict[str, Any]


def newest(app: App) -> Log:
    """Return the newest log."""
    log: Log = send_request(app, listing("q=&limit=1")).json()["audit_logs"][0]
    return log


def write_and_find(app: App, fields: Log, **headers: str) -> Log:
    """Write a log and find it."""
    before, response, after = send_requests(app, [LIST_ALL, writing(fields, **headers), LIST_ALL])
    assert response.status == 204
    known = {log["id"] for log in before.json()["audit_logs"]}
    (log,) = (log for log in after.json()["audit_logs"] if log["id"] not in known)
    return dict(log)


def test_write_gets_an_empty_204(app: App) -> None:
    """The response is a 204 without body and media type."""
    response = send_request(app, writing({}))

    assert (response.status, response.body) == (204, b"")
    names = [b"vary", b"x-coder-request-id", b"x-coder-build-version", b"x-mock-request"]
    assert [name for name, _ in response.headers] == names


@pytest.mark.parametrize("fields", [{}, {"resource_id": NIL_UUID, "time": ZERO_TIME}], ids=["{}", "unset"])
def test_missing_fields_have_defaults(app: App, fields: Log) -> None:
    """Missing fields, the nil UUID and the zero time get defaults: write, user, now, a new id."""
    log = write_and_find(app, fields)

    assert (log["action"], log["resource_type"], log["time"]) == ("write", "user", NOW)
    assert UUID(log["resource_id"]).version == 4


def test_default_resource_ids_differ(app: App) -> None:
    """Two logs without a resource id get different ones."""
    one, other = write_and_find(app, {}), write_and_find(app, {})

    assert one["resource_id"] != other["resource_id"]


def test_written_log_matches_the_reference(app: App) -> None:
    """Given fields are stored; the others are as in section 12.4."""
    fields = {
        "action": "stop",
        "resource_type": "group",
        "resource_id": RESOURCE,
        "time": "2025-05-05T05:05:05Z",
    }
    log = write_and_find(app, fields, user_agent="curl/8.5.0")

    caller = log["user"]["username"]
    assert {name: log[name] for name in log if name not in {"id", "user"}} == fields | {
        "request_id": NIL_UUID,
        "organization_id": NIL_UUID,
        "ip": "127.0.0.1",
        "user_agent": "curl/8.5.0",
        "resource_target": caller,
        "resource_icon": "",
        "diff": {"foo": {"old": "bar", "new": "baz", "secret": False}},
        "status_code": 200,
        "additional_fields": {},
        "description": "{user} stopped group {target}",
        "resource_link": "",
        "is_deleted": False,
    }


def test_user_of_a_log_is_the_caller(app: App) -> None:
    """`username:me` finds the log."""
    search = listing(f"q=resource_id:{RESOURCE}+username:me")
    _, response = send_requests(app, [writing({"resource_id": RESOURCE}), search])

    assert response.json()["count"] == 1


def test_next_list_has_the_log(app: App) -> None:
    """A new log is the first of the next list."""
    send_requests(app, [writing({"resource_id": RESOURCE})])

    assert newest(app)["resource_id"] == RESOURCE


@pytest.mark.parametrize("time", ["2025-07-01T12:00:00Z", "2031-01-01T00:00:00Z", "0001-01-01T00:00:01Z"])
def test_other_logs_are_unchanged(app: App, time: str) -> None:
    """All other logs are unchanged, and the new one is sorted by its time."""
    before, _, after = send_requests(
        app, [LIST_ALL, writing({"resource_id": RESOURCE, "time": time}), LIST_ALL]
    )

    others = [log for log in after.json()["audit_logs"] if log["resource_id"] != RESOURCE]
    times = [parse_timestamp(log["time"]) for log in after.json()["audit_logs"]]
    assert others == before.json()["audit_logs"]
    assert len(times) == len(others) + 1
    assert times.index(parse_timestamp(time)) == sum(each > parse_timestamp(time) for each in times)


@pytest.mark.parametrize(("sent", "stored"), [("", ""), ("x" * 256, "x" * 256), ("é" * 300, "é" * 256)])
def test_user_agent_is_truncated(app: App, sent: str, stored: str) -> None:
    """The user agent is truncated at 256 characters."""
    assert write_and_find(app, {}, user_agent=sent)["user_agent"] == stored


def test_forwarded_address_is_ignored(app: App) -> None:
    """`ip` is the address of the connection, whatever a proxy header says."""
    assert write_and_find(app, {}, x_forwarded_for="192.0.2.7", x_real_ip="192.0.2.7")["ip"] == "127.0.0.1"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
    ],
)
def test_spellings_of_the_media_type_are_accepted(app: App, media_type: str) -> None:
    """The media type is accepted in any letter case, with or without charset."""
    assert send_request(app, writing({}, content_type=media_type)).status == 204


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunked_body_is_joined(app: App, size: int) -> None:
    """A chunked body is joined, whatever its chunks are."""
    call = writing({"resource_id": RESOURCE}, transfer_encoding="chunked", content_length="")
    body = call.parts[0]
    call = call._replace(parts=(*(body[start : start + size] for start in range(0, len(body), size)), b""))
    response, found = send_requests(app, [call, listing(f"q=resource_id:{RESOURCE}")])

    assert (response.status, found.json()["count"]) == (204, 1)


@pytest.mark.parametrize(("size", "status", "count"), [(1 << 20, 204, 1), ((1 << 20) + 1, 413, 0)])
def test_body_limit_is_1_mib(app: App, size: int, status: int, count: int) -> None:
    """A body of exactly 1 MiB is accepted; one byte more gets a 413."""
    call = writing({"resource_id": RESOURCE})
    call = call._replace(parts=(call.parts[0].ljust(size),))
    response, found = send_requests(app, [call, listing(f"q=resource_id:{RESOURCE}")])

    assert (response.status, found.json()["count"]) == (status, count)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_logs_cannot_be_changed_or_removed(app: App, method: str) -> None:
    """No method changes or removes a log."""
    signed_in = ((b"coder-session-token", OWNER.encode()),)
    before, response, after = send_requests(app, [LIST_ALL, Call(method, LIST, b"q=", signed_in), LIST_ALL])

    assert response.status == 405
    assert before.body == after.body
