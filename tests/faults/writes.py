"""Faults of testgenerate: what is accepted, what is written, and what is shown of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from answering import empty_answer, envelope, failure, instead
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
    read_fields,
    rewrite_body,
    rewrite_post,
    rewrite_request,
    show,
    token_in,
    with_token,
    without,
)
from terms import NOBODY

from auditmock.vocabulary import ZERO_TIME

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


def _keep_newest_of_each_resource(logs: list[Log], _: Request) -> list[Log]:
    kept: dict[str, Log] = {}
    for log in logs:
        kept.setdefault(log["resource_id"] if is_written(log) else log["id"], log)
    return list(kept.values())


def _keep_one_of_each_instant(logs: list[Log], _: Request) -> list[Log]:
    return list({log["time"]: log for log in logs}.values())


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


def _zero_to_second_one(fields: Log) -> Log:
    return fields | {"time": "0001-01-01T00:00:01Z"} if fields.get("time") == ZERO_TIME else fields


def _lower_enums(fields: Log) -> Log:
    return {
        name: value.lower() if name in {"action", "resource_type"} and isinstance(value, str) else value
        for name, value in fields.items()
    }


def _agent(change: Callable[[str], str]) -> Wrap:
    return rewrite_request(
        lambda request: (
            request.with_header(b"user-agent", change(request.header(b"user-agent")).encode("latin-1"))
            if request.is_write
            else request
        )
    )


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
        "write-is-200",
        "A log that is written is answered with 200 and a body.",
        instead(_is_done, lambda reply: reply.with_json({}, 200)),
    ),
    fault(
        "write-is-201", "A log that is written is answered with 201.", instead(_is_done, empty_answer(201))
    ),
    fault(
        "write-is-202", "A log that is written is answered with 202.", instead(_is_done, empty_answer(202))
    ),
    fault(
        "write-answers-with-a-log",
        "A log that is written is shown with the status 201.",
        instead(_is_done, lambda reply: reply.with_json({"id": str(uuid4())}, 201)),
    ),
    fault(
        "write-redirects",
        "A log that is written leads to the list.",
        instead(_is_done, lambda reply: empty_answer(303)(reply).with_header(b"location", LIST.encode())),
    ),
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
        "default-type-is-workspace",
        "Without a type a log is written as one of a workspace.",
        _default("resource_type", lambda: "workspace"),
    ),
    fault(
        "default-resource-id-constant",
        "Without a resource id all logs have the same.",
        _default("resource_id", lambda: _STAND_IN),
    ),
    fault(
        "default-resource-id-nil",
        "Without a resource id a log has the nil UUID.",
        chain(
            _default("resource_id", lambda: NIL),
            _show_given("resource_id", lambda _: (_STAND_IN, NIL)),
            rewrite_post(_nil_to_stand_in),
        ),
    ),
    fault(
        "default-time-is-1970",
        "Without a time a log is one of 1970.",
        _default("time", lambda: "1970-01-01T00:00:00Z"),
    ),
    fault(
        "default-time-is-midnight",
        "Without a time a log is one of the last midnight.",
        _default("time", lambda: f"{datetime.now(UTC):%Y-%m-%d}T00:00:00Z"),
    ),
    fault(
        "nil-resource-id-kept",
        "The nil UUID is written as a resource id.",
        chain(_show_given("resource_id", lambda _: (_STAND_IN, NIL)), rewrite_post(_nil_to_stand_in)),
    ),
    fault(
        "zero-time-kept",
        "The zero time is written as a time.",
        chain(
            _show_given("time", lambda _: ("0001-01-01T00:00:01Z", ZERO_TIME)),
            rewrite_post(_zero_to_second_one),
        ),
    ),
    fault(
        "nil-resource-id-refused",
        "The nil UUID is refused.",
        instead(
            lambda request, reply: _is_done(request, reply) and NIL.encode() in request.body,
            envelope(400, "Request body must be valid JSON.", "resource_id"),
        ),
    ),
    fault("given-action-dropped", "The action of a log to write has no effect.", _leave_out("action")),
    fault("given-type-dropped", "The type of a log to write has no effect.", _leave_out("resource_type")),
    fault(
        "given-resource-id-dropped",
        "The resource id of a log to write has no effect.",
        _leave_out("resource_id"),
    ),
    fault("given-time-dropped", "The time of a log to write has no effect.", _leave_out("time")),
    fault(
        "given-time-in-the-future-dropped",
        "A time after now is replaced by now.",
        rewrite_post(
            lambda fields: (
                without(fields, "time")
                if str(fields.get("time", "")) > f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
                else fields
            )
        ),
    ),
    fault(
        "start-written-as-stop",
        "A `start` is written as a `stop`.",
        _set("action", lambda action: "stop" if action == "start" else action),
    ),
    fault(
        "api-key-written-as-key",
        "A log of an API key is written as one of an SSH key.",
        _set("resource_type", lambda kind: "git_ssh_key" if kind == "api_key" else kind),
    ),
    fault(
        "group-refused",
        "A log of a group is refused.",
        instead(
            lambda request, reply: (
                _is_done(request, reply) and (read_fields(request.body) or {}).get("resource_type") == "group"
            ),
            envelope(400, "Request body must be valid JSON.", "resource_type"),
        ),
    ),
    fault(
        "time-offset-dropped",
        "The offset of a time is taken for UTC.",
        _set("time", _text(lambda time: re.sub(r"[+-]\d\d:\d\d$", "Z", time))),
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
        "time-offset-minutes-dropped",
        "The minutes of a time's offset are ignored.",
        _set("time", _text(lambda time: re.sub(r"([+-]\d\d):\d\d$", r"\1:00", time))),
    ),
    fault(
        "time-in-local-zone",
        "A time is written two hours late.",
        _set("time", _text(lambda time: re.sub("[Zz]$", "-02:00", time))),
    ),
    fault(
        "time-cut-to-seconds",
        "The fraction of a time is cut off.",
        _set("time", _text(lambda time: re.sub(r"\.\d+", "", time))),
    ),
    fault(
        "time-cut-to-milliseconds",
        "A time is cut to milliseconds.",
        _set("time", _text(lambda time: re.sub(r"(\.\d{3})\d+", r"\1", time))),
    ),
    fault(
        "time-cut-to-microseconds",
        "A time is cut, not rounded, to microseconds.",
        _set("time", _text(lambda time: re.sub(r"(\.\d{6})\d+", r"\1", time))),
    ),
    fault(
        "time-fraction-as-microseconds",
        "The digits of a time's fraction are taken for microseconds.",
        _set(
            "time",
            _text(lambda time: re.sub(r"\.(\d{1,5})(?!\d)", lambda match: f".{int(match[1]):06d}", time)),
        ),
    ),
    fault(
        "time-with-offset-refused",
        "A time with an offset is refused.",
        instead(
            lambda request, reply: (
                _is_done(request, reply)
                and re.search(r"[+-]\d\d:\d\d$", str((read_fields(request.body) or {}).get("time", "")))
                is not None
            ),
            envelope(400, "Request body must be valid JSON.", "time"),
        ),
    ),
    fault(
        "user-agent-dropped",
        "The user agent of a log that is written is empty.",
        show("user_agent", lambda _: "", is_written),
    ),
    fault("user-agent-cut-at-64", "A user agent is cut at 64 characters.", _agent(lambda agent: agent[:64])),
    fault(
        "user-agent-cut-at-255", "A user agent is cut at 255 characters.", _agent(lambda agent: agent[:255])
    ),
    fault(
        "user-agent-not-cut",
        "A user agent is kept whole, however long.",
        _show_given("user_agent", _cut_agent),
    ),
    fault(
        "long-user-agent-fails",
        "The server fails to write a user agent of more than 256 characters.",
        instead(
            lambda request, reply: _is_done(request, reply) and len(request.header(b"user-agent")) > 256,
            failure,
        ),
    ),
    fault(
        "user-agent-without-version",
        "Of a user agent only what is before the first slash is kept.",
        _agent(lambda agent: agent.split("/")[0]),
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
        "written-diff-is-empty",
        "The diff of a log that is written is empty.",
        show("diff", lambda _: {}, is_written),
    ),
    fault(
        "written-diff-is-reversed",
        "The diff of a log that is written goes from baz to bar.",
        show("diff", lambda _: {"foo": {"old": "baz", "new": "bar", "secret": False}}, is_written),
    ),
    fault(
        "written-diff-is-secret",
        "The diff of a log that is written is a secret.",
        show("diff", lambda _: {"foo": {"old": "", "new": "", "secret": True}}, is_written),
    ),
    fault(
        "written-status-is-204",
        "The status code of a log that is written is 204.",
        show("status_code", lambda _: 204, is_written),
    ),
    fault(
        "written-status-is-zero",
        "The status code of a log that is written is 0.",
        show("status_code", lambda _: 0, is_written),
    ),
    fault(
        "written-request-id-is-the-resource",
        "The request id of a log that is written is its resource id.",
        show("request_id", lambda log: log["resource_id"], is_written),
    ),
    fault(
        "written-target-is-empty",
        "The target of a log that is written is empty.",
        show("resource_target", lambda _: "", is_written),
    ),
    fault(
        "written-target-is-the-resource",
        "The target of a log that is written is its resource id.",
        show("resource_target", lambda log: log["resource_id"], is_written),
    ),
    fault(
        "written-target-is-the-email",
        "The target of a log that is written is the caller's email.",
        show("resource_target", lambda log: log["user"]["email"], is_written),
    ),
    fault(
        "written-user-is-null", "A log that is written has no user.", show("user", lambda _: None, is_written)
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
        "written-by-an-unknown-agent",
        "A log that is written has the user agent of the server.",
        show("user_agent", lambda _: "Go-http-client/1.1", is_written),
    ),
    fault(
        "written-description-empty",
        "A log that is written has no description.",
        show("description", lambda _: "", is_written),
    ),
    fault(
        "written-id-is-the-resource",
        "The id of a log that is written is its resource id.",
        show("id", lambda log: log["resource_id"], is_written),
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
        "signed-out-write-kept",
        "A request to write without a good token does write.",
        _after(
            lambda request: with_token(request, f"Owner00000-{'0' * 22}"),
            lambda request, reply: request.is_write and reply.status == 401,
        ),
    ),
    fault(
        "untyped-write-kept",
        "A body that is refused for its media type is written.",
        _after(
            lambda request: request.with_header(b"content-type", b"application/json"),
            lambda request, reply: request.is_write and reply.status == 415,
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
        "empty-body-accepted",
        "An empty body counts as an empty object.",
        rewrite_body(lambda body: body or b"{}"),
    ),
    fault(
        "null-body-accepted",
        "The body null counts as an empty object.",
        rewrite_body(lambda body: b"{}" if body.strip() == b"null" else body),
    ),
    fault(
        "list-body-accepted",
        "The first object of a body that is a list is written.",
        rewrite_body(lambda body: (body.strip()[1:-1] or b"{}") if body.strip().startswith(b"[") else body),
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
        "field-names-case-insensitive",
        "Letter case of a field's name makes no difference.",
        rewrite_post(lambda fields: {name.lower(): value for name, value in fields.items()}),
    ),
    fault(
        "enum-in-capitals-accepted",
        "Letter case of an action or type makes no difference.",
        rewrite_post(_lower_enums),
    ),
    fault(
        "unknown-action-accepted",
        "An action that is not known counts as the default.",
        forgive(_blames("action"), rewrite_post(lambda fields: without(fields, "action"))),
    ),
    fault(
        "unknown-action-fails",
        "The server fails on an action that is not known.",
        instead(_blames("action"), failure),
    ),
    fault(
        "unknown-type-accepted",
        "A type that is not known counts as the default.",
        forgive(_blames("resource_type"), rewrite_post(lambda fields: without(fields, "resource_type"))),
    ),
    fault(
        "unknown-type-fails",
        "The server fails on a type that is not known.",
        instead(_blames("resource_type"), failure),
    ),
    fault(
        "bad-resource-id-accepted",
        "A resource id that is none is replaced by a new one.",
        forgive(_blames("resource_id"), rewrite_post(lambda fields: without(fields, "resource_id"))),
    ),
    fault(
        "resource-id-in-braces-accepted",
        "A resource id may stand in braces.",
        _set("resource_id", _text(lambda text: text.strip("{}"))),
    ),
    fault(
        "bad-time-accepted",
        "A time that is none is replaced by now.",
        forgive(_blames("time"), rewrite_post(lambda fields: without(fields, "time"))),
    ),
    fault(
        "time-without-zone-accepted",
        "A time without a zone is taken for UTC.",
        _set("time", _text(lambda time: re.sub(r"(T\d\d:\d\d:\d\d(\.\d+)?)$", r"\1Z", time))),
    ),
    fault(
        "day-as-time-accepted",
        "A day is taken for its first instant.",
        _set("time", _text(lambda time: re.sub(r"^(\d{4}-\d\d-\d\d)$", r"\1T00:00:00Z", time))),
    ),
    fault(
        "empty-time-accepted",
        "An empty time counts as none.",
        rewrite_post(lambda fields: without(fields, "time") if fields.get("time") == "" else fields),
    ),
    fault(
        "null-fields-accepted",
        "A field that is null counts as absent.",
        rewrite_post(lambda fields: {name: value for name, value in fields.items() if value is not None}),
    ),
    fault(
        "number-as-time-accepted",
        "A number is taken for the seconds since 1970.",
        _set(
            "time",
            lambda time: (
                f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"
                if isinstance(time, int) and 0 <= time < 1 << 32
                else time
            ),
        ),
    ),
    fault(
        "time-outside-the-calendar-fails",
        "The server fails on a time that leaves the years 1 to 9999 in UTC.",
        instead(lambda request, reply: _blames("time")(request, reply) and b"outside" in reply.body, failure),
    ),
    fault(
        "leap-second-minute-accepted",
        "Seconds above 59 are taken for 59.",
        _set("time", _text(lambda time: re.sub(r"(T\d\d:\d\d):[6-9]\d", r"\1:59", time))),
    ),
    fault(
        "written-log-always-first",
        "A log that is written is listed first, whatever its time.",
        rearrange(lambda logs, _: sorted(logs, key=lambda log: not is_written(log))),
    ),
    fault(
        "written-log-always-last",
        "A log that is written is listed last, whatever its time.",
        rearrange(lambda logs, _: sorted(logs, key=is_written)),
    ),
    fault("write-drops-the-oldest", "For each log that is written the oldest one goes.", _drop_as_many),
    fault(
        "write-replaces-the-last-of-its-resource",
        "Of a resource only the newest log that was written is kept.",
        rearrange(_keep_newest_of_each_resource),
    ),
    fault(
        "write-replaces-its-instant",
        "Of logs of the same instant only one is kept.",
        rearrange(_keep_one_of_each_instant),
    ),
    fault(
        "written-logs-not-found-by-me",
        "Logs that were written are not found by `username`.",
        rearrange(
            lambda logs, request: (
                [log for log in logs if not is_written(log)] if "username" in request.first("q") else logs
            )
        ),
    ),
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
        "written-logs-found-by-id-only",
        "Logs that were written are found by `resource_id` only.",
        rearrange(
            lambda logs, request: (
                logs
                if "resource_id" in request.first("q").lower()
                else [log for log in logs if not is_written(log)]
            )
        ),
    ),
    fault(
        "write-needs-a-resource-id",
        "A body without a resource id is refused.",
        instead(
            lambda request, reply: (
                _is_done(request, reply) and "resource_id" not in (read_fields(request.body) or {})
            ),
            envelope(400, "Request body must be valid JSON.", "resource_id"),
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
