"""POST /api/v2/audit/testgenerate: what is written, and that nothing else is (reference 12)."""

from typing import Any
from uuid import UUID

import pytest
from asgi_requests import LIST, OWNER, Call, ask, drive, listing, writing

from auditmock.core.asgi_types import App
from auditmock.core.constants import NIL_UUID, ZERO_TIME
from auditmock.core.timestamps import parse_timestamp

RESOURCE = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
EVERYTHING = listing("q=&limit=1000")
NOW = "2026-02-03T04:05:06.789Z"
Log = dict[str, Any]


def newest(app: App) -> Log:
    """Read the newest log."""
    log: Log = ask(app, listing("q=&limit=1")).json()["audit_logs"][0]
    return log


def written(app: App, fields: Log, **headers: str) -> Log:
    """Write a log and find it again."""
    before, answer, after = drive(app, [EVERYTHING, writing(fields, **headers), EVERYTHING])
    assert answer.status == 204
    known = {log["id"] for log in before.json()["audit_logs"]}
    (log,) = (log for log in after.json()["audit_logs"] if log["id"] not in known)
    return dict(log)


def test_the_answer_is_nothing(app: App) -> None:
    """The answer is 204 without body, type or place, with the headers of every answer."""
    answer = ask(app, writing({}))

    assert (answer.status, answer.body) == (204, b"")
    names = [b"vary", b"x-coder-request-id", b"x-coder-build-version", b"x-mock-request"]
    assert [name for name, _ in answer.headers] == names


@pytest.mark.parametrize("fields", [{}, {"resource_id": NIL_UUID, "time": ZERO_TIME}], ids=["{}", "unset"])
def test_what_is_absent_has_its_default(app: App, fields: Log) -> None:
    """No field, like the nil UUID and the zero time, leaves the defaults: write, user, now, a new id."""
    log = written(app, fields)

    assert (log["action"], log["resource_type"], log["time"]) == ("write", "user", NOW)
    assert UUID(log["resource_id"]).version == 4


def test_every_default_id_is_new(app: App) -> None:
    """Two logs written without a resource are about two."""
    one, other = written(app, {}), written(app, {})

    assert one["resource_id"] != other["resource_id"]


def test_a_log_is_what_the_reference_says(app: App) -> None:
    """Given fields are kept; all others are as section 12.4 has them."""
    fields = {
        "action": "stop",
        "resource_type": "group",
        "resource_id": RESOURCE,
        "time": "2025-05-05T05:05:05Z",
    }
    log = written(app, fields, user_agent="curl/8.5.0")

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


def test_the_writer_is_the_caller(app: App) -> None:
    """`username:me` finds the log."""
    search = listing(f"q=resource_id:{RESOURCE}+username:me")
    _, answer = drive(app, [writing({"resource_id": RESOURCE}), search])

    assert answer.json()["count"] == 1


def test_the_very_next_list_has_it(app: App) -> None:
    """A log written now is the first of the next list."""
    drive(app, [writing({"resource_id": RESOURCE})])

    assert newest(app)["resource_id"] == RESOURCE


@pytest.mark.parametrize("time", ["2025-07-01T12:00:00Z", "2031-01-01T00:00:00Z", "0001-01-01T00:00:01Z"])
def test_nothing_else_changes(app: App, time: str) -> None:
    """All other logs stay as they are, byte for byte, and the new one stands where its time belongs."""
    before, _, after = drive(app, [EVERYTHING, writing({"resource_id": RESOURCE, "time": time}), EVERYTHING])

    others = [log for log in after.json()["audit_logs"] if log["resource_id"] != RESOURCE]
    times = [parse_timestamp(log["time"]) for log in after.json()["audit_logs"]]
    assert others == before.json()["audit_logs"]
    assert len(times) == len(others) + 1
    assert times.index(parse_timestamp(time)) == sum(each > parse_timestamp(time) for each in times)


@pytest.mark.parametrize(("sent", "kept"), [("", ""), ("x" * 256, "x" * 256), ("é" * 300, "é" * 256)])
def test_a_user_agent_is_cut(app: App, sent: str, kept: str) -> None:
    """Of the client's name 256 characters are kept, of none nothing."""
    assert written(app, {}, user_agent=sent)["user_agent"] == kept


def test_no_header_makes_the_address(app: App) -> None:
    """The address is the connection's, whatever a proxy claims."""
    assert written(app, {}, x_forwarded_for="192.0.2.7", x_real_ip="192.0.2.7")["ip"] == "127.0.0.1"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
    ],
)
def test_every_spelling_of_the_type_is_good(app: App, media_type: str) -> None:
    """JSON in UTF-8 may be declared in any letter case, with its charset or without."""
    assert ask(app, writing({}, content_type=media_type)).status == 204


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_body_may_come_in_pieces(app: App, size: int) -> None:
    """A chunked body is put together, whatever its chunks, and read once."""
    call = writing({"resource_id": RESOURCE}, transfer_encoding="chunked", content_length="")
    body = call.parts[0]
    call = call._replace(parts=(*(body[start : start + size] for start in range(0, len(body), size)), b""))
    answer, found = drive(app, [call, listing(f"q=resource_id:{RESOURCE}")])

    assert (answer.status, found.json()["count"]) == (204, 1)


@pytest.mark.parametrize(("size", "status", "count"), [(1 << 20, 204, 1), ((1 << 20) + 1, 413, 0)])
def test_a_body_may_have_a_mebibyte(app: App, size: int, status: int, count: int) -> None:
    """A good body of exactly 1 MiB is read; one byte more, in one piece, is too large."""
    call = writing({"resource_id": RESOURCE})
    call = call._replace(parts=(call.parts[0].ljust(size),))
    answer, found = drive(app, [call, listing(f"q=resource_id:{RESOURCE}")])

    assert (answer.status, found.json()["count"]) == (status, count)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_logs_stay(app: App, method: str) -> None:
    """No method changes or removes a log."""
    signed_in = ((b"coder-session-token", OWNER.encode()),)
    before, answer, after = drive(app, [EVERYTHING, Call(method, LIST, b"q=", signed_in), EVERYTHING])

    assert answer.status == 405
    assert before.body == after.body
