"""Faults of writes: what is accepted, what is stored, and how it is shown."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from fault import LIST, Reply, Request, Serve, Wrap, about
from listing import change_list
from replies import make_server_error, replace_reply
from rewriting import (
    NIL,
    Log,
    combine,
    invalid_fields,
    pretend_write,
    read_token,
    retry_changed,
    rewrite_body,
    rewrite_post,
    rewrite_request,
    show,
    with_token,
    without,
    wrap_serve,
)
from terms import UNKNOWN_NAME

fault = about("writes")


def is_written(log: Log) -> bool:
    """Whether a log was written by testgenerate."""
    return bool(log["request_id"] == NIL and "foo" in log["diff"])


def _is_written(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 204


def _is_rejected(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 400


def _rejects(*fields: str) -> Callable[[Request, Reply], bool]:
    return lambda request, reply: (
        _is_rejected(request, reply) and set(invalid_fields(reply)) <= set(fields) != set()
    )


def _default(name: str, value: Callable[[], Any]) -> Wrap:
    return rewrite_post(lambda fields: {name: value(), **fields})


def _set(name: str, value: Callable[[Any], Any]) -> Wrap:
    return rewrite_post(lambda fields: fields | {name: value(fields[name])} if name in fields else fields)


def _text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def _write_again(again: Callable[[Request], Request], when: Callable[[Request, Reply], bool]) -> Wrap:
    """Write once more after some replies."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if when(request, reply):
                await serve(again(request))
            return reply

        return faulty

    return wrap


def _drop_oldest(serve: Serve) -> Serve:
    writes = 0

    async def faulty(request: Request) -> Reply:
        nonlocal writes
        reply = await shortened(request)
        writes += _is_written(request, reply)
        return reply

    shortened = change_list(lambda logs, _: logs[: len(logs) - writes] if len(logs) > 1000 else logs)(serve)
    return faulty


def _show_original(name: str, original_of: Callable[[Request], tuple[str, str] | None]) -> Wrap:
    """Show in a field of written logs the value that the app replaced."""

    def wrap(serve: Serve) -> Serve:
        given: dict[str, str] = {}

        async def record(request: Request) -> Reply:
            pair = original_of(request) if request.is_write else None
            if pair:
                given[pair[0]] = pair[1]
            return await serve(request)

        return show(name, lambda log: given.get(log[name], log[name]), is_written)(record)

    return wrap


def _truncated_agent(request: Request) -> tuple[str, str] | None:
    agent = request.header(b"user-agent")
    return (agent[:256], agent) if len(agent) > 256 else None


_PLACEHOLDER_ID = "a3f1c9d2-7b64-4e0f-8c35-1d9e6b2f4a70"


def _replace_nil(fields: Log) -> Log:
    return fields | {"resource_id": _PLACEHOLDER_ID} if fields.get("resource_id") == NIL else fields


def _post(body: bytes) -> Callable[[Request], Request]:
    return lambda request: request.with_body(body).with_header(b"content-type", b"application/json")


def _first_document(body: bytes) -> bytes:
    match = re.match(rb"\s*\{[^{}]*\}", body)
    return match[0] if match else body


def _leave_out(name: str) -> Wrap:
    return rewrite_post(lambda fields: without(fields, name))


async def _discard_writes(request: Request, serve: Serve) -> Reply:
    return await (pretend_write(request) if request.is_write else serve(request))


FAULTS = (
    fault("write-not-stored", "A write is not stored.", wrap_serve(_discard_writes)),
    fault(
        "write-stored-twice", "A write is stored twice.", _write_again(lambda request: request, _is_written)
    ),
    fault(
        "write-fails-but-is-stored",
        "A write gets 500 but is stored.",
        replace_reply(_is_written, make_server_error),
    ),
    fault(
        "default-action-is-create",
        "The default action of a write is `create`.",
        _default("action", lambda: "create"),
    ),
    fault(
        "default-resource-id-constant",
        "The default resource id of a write is constant.",
        _default("resource_id", lambda: _PLACEHOLDER_ID),
    ),
    fault(
        "nil-resource-id-stored",
        "The nil UUID is stored as a resource id.",
        combine(_show_original("resource_id", lambda _: (_PLACEHOLDER_ID, NIL)), rewrite_post(_replace_nil)),
    ),
    fault("given-time-dropped", "The time of a write is ignored.", _leave_out("time")),
    fault(
        "start-written-as-stop",
        "A `start` is stored as a `stop`.",
        _set("action", lambda action: "stop" if action == "start" else action),
    ),
    fault(
        "time-offset-inverted",
        "The UTC offset of a time is added instead of subtracted.",
        _set(
            "time",
            _text(
                lambda time: re.sub(
                    r"([+-])(\d\d:\d\d)$", lambda match: ("-" if match[1] == "+" else "+") + match[2], time
                )
            ),
        ),
    ),
    fault(
        "time-truncated-to-milliseconds",
        "A time is truncated to milliseconds.",
        _set("time", _text(lambda time: re.sub(r"(\.\d{3})\d+", r"\1", time))),
    ),
    fault(
        "user-agent-not-truncated",
        "A long user agent is not truncated.",
        _show_original("user_agent", _truncated_agent),
    ),
    fault("written-ip-is-empty", "The `ip` of a written log is empty.", show("ip", lambda _: "", is_written)),
    fault(
        "written-ip-has-a-port",
        "The `ip` of a written log includes a port.",
        show("ip", lambda log: f"{log['ip']}:50000", is_written),
    ),
    fault(
        "written-diff-is-reversed",
        "The diff of a written log has its values swapped.",
        show("diff", lambda _: {"foo": {"old": "baz", "new": "bar", "secret": False}}, is_written),
    ),
    fault(
        "written-user-is-another",
        "A written log has another user.",
        show(
            "user",
            lambda log: log["user"] | {"id": str(uuid4()), "username": UNKNOWN_NAME, "email": ""},
            is_written,
        ),
    ),
    fault(
        "rejected-write-stored",
        "A rejected write stores a log with defaults.",
        _write_again(_post(b"{}"), _is_rejected),
    ),
    fault(
        "forbidden-write-stored",
        "A forbidden write is stored.",
        _write_again(
            lambda request: with_token(request, f"Owner00000-{read_token(request)[11:]}"),
            lambda request, reply: request.is_write and reply.status == 403,
        ),
    ),
    fault(
        "invalid-json-accepted",
        "A body that is not JSON counts as an empty object.",
        retry_changed(
            lambda request, reply: _is_rejected(request, reply) and not invalid_fields(reply),
            rewrite_request(_post(b"{}")),
        ),
    ),
    fault(
        "null-body-accepted",
        "The body null counts as an empty object.",
        rewrite_body(lambda body: b"{}" if body.strip() == b"null" else body),
    ),
    fault(
        "trailing-text-accepted",
        "Text after the JSON object of a body is ignored.",
        rewrite_body(_first_document),
    ),
    fault(
        "unknown-field-accepted",
        "An unknown field is ignored.",
        retry_changed(
            _is_rejected,
            rewrite_post(
                lambda fields: {
                    name: value
                    for name, value in fields.items()
                    if name in {"action", "resource_type", "resource_id", "time"}
                }
            ),
        ),
    ),
    fault(
        "time-without-zone-accepted",
        "A time without a zone is accepted as UTC.",
        _set("time", _text(lambda time: re.sub(r"(T\d\d:\d\d:\d\d(\.\d+)?)$", r"\1Z", time))),
    ),
    fault(
        "time-outside-the-calendar-fails",
        "The server fails on a time outside the years 1 to 9999 in UTC.",
        replace_reply(
            lambda request, reply: _rejects("time")(request, reply) and b"outside" in reply.body,
            make_server_error,
        ),
    ),
    fault(
        "written-log-always-first",
        "A written log is listed first, whatever its time is.",
        change_list(lambda logs, _: sorted(logs, key=lambda log: not is_written(log))),
    ),
    fault("write-evicts-the-oldest", "Each write removes the oldest log.", _drop_oldest),
    fault(
        "written-logs-not-found-by-date",
        "Date filters do not find written logs.",
        change_list(
            lambda logs, request: (
                [log for log in logs if not is_written(log)] if "date_" in request.first("q") else logs
            )
        ),
    ),
    fault(
        "list-writes-a-log",
        "Listing logs writes a log.",
        _write_again(
            lambda request: _post(b"{}")(request.moved_to("POST", f"{LIST}/testgenerate").with_query(b"")),
            lambda request, reply: request.is_list and reply.status == 200,
        ),
    ),
)
