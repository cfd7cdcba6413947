"""Faults of testgenerate: what is accepted, what is written, and what is shown of it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from answering import failure, instead
from fault import LIST, Reply, Request, Serve, Wrap, about
from listing import rearrange
from rewriting import (
    NIL,
    Log,
    around,
    at_fault,
    chain,
    forgive,
    pretend,
    rewrite_body,
    rewrite_post,
    rewrite_request,
    show,
    token_in,
    with_token,
    without,
)
from terms import NOBODY

fault = about("writes")


def is_written(log: Log) -> bool:
    """Whether a log was written by testgenerate."""
    return bool(log["request_id"] == NIL and "foo" in log["diff"])


def _is_done(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 204


def _is_refused(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 400


def _blames(*fields: str) -> Callable[[Request, Reply], bool]:
    return lambda request, reply: _is_refused(request, reply) and set(at_fault(reply)) <= set(fields) != set()


def _default(name: str, value: Callable[[], Any]) -> Wrap:
    return rewrite_post(lambda fields: {name: value(), **fields})


def _set(name: str, value: Callable[[Any], Any]) -> Wrap:
    return rewrite_post(lambda fields: fields | {name: value(fields[name])} if name in fields else fields)


def _text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def _after(again: Callable[[Request], Request], when: Callable[[Request, Reply], bool]) -> Wrap:
    """Write once more behind an answer of some kind."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if when(request, reply):
                await serve(again(request))
            return reply

        return faulty

    return wrap


def _drop_as_many(serve: Serve) -> Serve:
    writes = 0

    async def faulty(request: Request) -> Reply:
        nonlocal writes
        reply = await shortened(request)
        writes += _is_done(request, reply)
        return reply

    shortened = rearrange(lambda logs, _: logs[: len(logs) - writes] if len(logs) > 1000 else logs)(serve)
    return faulty


def _show_given(name: str, seen: Callable[[Request], tuple[str, str] | None]) -> Wrap:
    """Show in a field of written logs what the good server replaced."""

    def wrap(serve: Serve) -> Serve:
        given: dict[str, str] = {}

        async def note(request: Request) -> Reply:
            pair = seen(request) if request.is_write else None
            if pair:
                given[pair[0]] = pair[1]
            return await serve(request)

        return show(name, lambda log: given.get(log[name], log[name]), is_written)(note)

    return wrap


def _cut_agent(request: Request) -> tuple[str, str] | None:
    agent = request.header(b"user-agent")
    return (agent[:256], agent) if len(agent) > 256 else None


_STAND_IN = "a3f1c9d2-7b64-4e0f-8c35-1d9e6b2f4a70"


def _nil_to_stand_in(fields: Log) -> Log:
    return fields | {"resource_id": _STAND_IN} if fields.get("resource_id") == NIL else fields


def _post(body: bytes) -> Callable[[Request], Request]:
    return lambda request: request.with_body(body).with_header(b"content-type", b"application/json")


def _first_document(body: bytes) -> bytes:
    match = re.match(rb"\s*\{[^{}]*\}", body)
    return match[0] if match else body


def _leave_out(name: str) -> Wrap:
    return rewrite_post(lambda fields: without(fields, name))


async def _keep_nothing(request: Request, serve: Serve) -> Reply:
    return await (pretend(request) if request.is_write else serve(request))


FAULTS = (
    fault(
        "write-not-kept",
        "A log that is written is not kept.",
        around(_keep_nothing),
    ),
    fault(
        "write-kept-twice", "A log that is written is kept twice.", _after(lambda request: request, _is_done)
    ),
    fault(
        "write-fails-but-is-kept", "A log that is written is answered with 500.", instead(_is_done, failure)
    ),
    fault(
        "default-action-is-create",
        "Without an action a log is written as `create`.",
        _default("action", lambda: "create"),
    ),
    fault(
        "default-resource-id-constant",
        "Without a resource id all logs have the same.",
        _default("resource_id", lambda: _STAND_IN),
    ),
    fault(
        "nil-resource-id-kept",
        "The nil UUID is written as a resource id.",
        chain(_show_given("resource_id", lambda _: (_STAND_IN, NIL)), rewrite_post(_nil_to_stand_in)),
    ),
    fault("given-time-dropped", "The time of a log to write has no effect.", _leave_out("time")),
    fault(
        "start-written-as-stop",
        "A `start` is written as a `stop`.",
        _set("action", lambda action: "stop" if action == "start" else action),
    ),
    fault(
        "time-offset-turned-around",
        "The offset of a time is added instead of subtracted.",
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
        "time-cut-to-milliseconds",
        "A time is cut to milliseconds.",
        _set("time", _text(lambda time: re.sub(r"(\.\d{3})\d+", r"\1", time))),
    ),
    fault(
        "user-agent-not-cut",
        "A user agent is kept whole, however long.",
        _show_given("user_agent", _cut_agent),
    ),
    fault(
        "written-ip-is-empty",
        "The ip of a log that is written is empty.",
        show("ip", lambda _: "", is_written),
    ),
    fault(
        "written-ip-has-a-port",
        "The ip of a log that is written has a port.",
        show("ip", lambda log: f"{log['ip']}:50000", is_written),
    ),
    fault(
        "written-diff-is-reversed",
        "The diff of a log that is written goes from baz to bar.",
        show("diff", lambda _: {"foo": {"old": "baz", "new": "bar", "secret": False}}, is_written),
    ),
    fault(
        "written-user-is-another",
        "A log that is written is shown as another user's.",
        show(
            "user",
            lambda log: log["user"] | {"id": str(uuid4()), "username": NOBODY, "email": ""},
            is_written,
        ),
    ),
    fault(
        "refused-write-kept",
        "A body that is refused writes a log with defaults.",
        _after(_post(b"{}"), _is_refused),
    ),
    fault(
        "forbidden-write-kept",
        "A caller who may not write does write.",
        _after(
            lambda request: with_token(request, f"Owner00000-{token_in(request)[11:]}"),
            lambda request, reply: request.is_write and reply.status == 403,
        ),
    ),
    fault(
        "bad-json-accepted",
        "A body that is no JSON counts as an empty object.",
        forgive(
            lambda request, reply: _is_refused(request, reply) and not at_fault(reply),
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
        "What follows the object of a body is ignored.",
        rewrite_body(_first_document),
    ),
    fault(
        "unknown-field-accepted",
        "A field that is not known is ignored.",
        forgive(
            _is_refused,
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
        "A time without a zone is taken for UTC.",
        _set("time", _text(lambda time: re.sub(r"(T\d\d:\d\d:\d\d(\.\d+)?)$", r"\1Z", time))),
    ),
    fault(
        "time-outside-the-calendar-fails",
        "The server fails on a time that leaves the years 1 to 9999 in UTC.",
        instead(lambda request, reply: _blames("time")(request, reply) and b"outside" in reply.body, failure),
    ),
    fault(
        "written-log-always-first",
        "A log that is written is listed first, whatever its time.",
        rearrange(lambda logs, _: sorted(logs, key=lambda log: not is_written(log))),
    ),
    fault("write-drops-the-oldest", "For each log that is written the oldest one goes.", _drop_as_many),
    fault(
        "written-logs-not-found-by-date",
        "Logs that were written are not found by dates.",
        rearrange(
            lambda logs, request: (
                [log for log in logs if not is_written(log)] if "date_" in request.first("q") else logs
            )
        ),
    ),
    fault(
        "list-writes-a-log",
        "Listing logs writes a log.",
        _after(
            lambda request: _post(b"{}")(request.moved_to("POST", f"{LIST}/testgenerate").with_query(b"")),
            lambda request, reply: request.is_list and reply.status == 200,
        ),
    ),
)
