"""Faults of all responses: headers and encoding."""

from collections.abc import Callable

from fault import Reply, Request, Serve, about
from replies import make_error, make_text, replace_reply
from rewriting import rewrite_reply, rewrite_status

fault = about("headers")
_ID = b"x-coder-request-id"
_VERSION = b"x-coder-build-version"


def _set(name: bytes, value: bytes | None, when: Callable[[Reply], bool] = bool) -> Callable[[Reply], Reply]:
    return lambda reply: reply.with_header(name, value) if when(reply) else reply


def _echo_id(request: Request, reply: Reply) -> Reply:
    given = request.header(_ID)
    return reply.with_header(_ID, given.encode("latin-1")) if given else reply


def _reject_every_40th(serve: Serve) -> Serve:
    requests = 0

    async def faulty(request: Request) -> Reply:
        nonlocal requests
        requests += 1
        reply = await serve(request)
        return make_error(429, "You've been rate limited.")(reply) if requests % 40 == 0 else reply

    return faulty


def _repeat_ids(serve: Serve) -> Serve:
    ids: dict[bytes, bytes] = {}

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        return reply.with_header(_ID, ids.setdefault(request.query, reply.header(_ID)))

    return faulty


def _is_error(reply: Reply) -> bool:
    return reply.status >= 400


FAULTS = (
    fault(
        "request-id-header-missing", "Responses have no X-Coder-Request-Id.", rewrite_status(_set(_ID, None))
    ),
    fault(
        "request-id-header-missing-on-errors",
        "Errors have no X-Coder-Request-Id.",
        rewrite_status(_set(_ID, None, _is_error)),
    ),
    fault(
        "request-id-header-constant",
        "All responses have the same X-Coder-Request-Id.",
        rewrite_status(_set(_ID, b"53bded77-7b9d-4e82-8771-991a34d759f9")),
    ),
    fault(
        "request-id-header-by-query",
        "Responses to the same query have the same X-Coder-Request-Id.",
        _repeat_ids,
    ),
    fault(
        "request-id-header-is-a-number",
        "X-Coder-Request-Id is not a UUID.",
        rewrite_status(lambda reply: reply.with_header(_ID, str(int(reply.header(_ID)[-12:], 16)).encode())),
    ),
    fault(
        "request-id-header-in-braces",
        "X-Coder-Request-Id is in braces.",
        rewrite_status(lambda reply: reply.with_header(_ID, b"{%b}" % reply.header(_ID))),
    ),
    fault(
        "build-version-missing",
        "Responses have no X-Coder-Build-Version.",
        rewrite_status(_set(_VERSION, None)),
    ),
    fault(
        "build-version-missing-on-errors",
        "Errors have no X-Coder-Build-Version.",
        rewrite_status(_set(_VERSION, None, _is_error)),
    ),
    fault(
        "build-version-missing-on-writes",
        "A 204 has no X-Coder-Build-Version.",
        rewrite_status(_set(_VERSION, None), 204),
    ),
    fault("build-version-empty", "X-Coder-Build-Version is empty.", rewrite_status(_set(_VERSION, b""))),
    fault(
        "page-declared-as-text",
        "A page has the media type text/plain.",
        rewrite_status(_set(b"content-type", b"text/plain; charset=utf-8"), 200),
    ),
    fault(
        "page-declared-as-html",
        "A page has the media type text/html.",
        rewrite_status(_set(b"content-type", b"text/html; charset=utf-8"), 200),
    ),
    fault(
        "page-without-content-type",
        "A page has no Content-Type.",
        rewrite_status(_set(b"content-type", None), 200),
    ),
    fault(
        "page-is-html",
        "A list with the limit 1 is HTML.",
        replace_reply(
            lambda request, reply: (
                request.is_list and reply.status == 200 and request.number("limit", 0) == 1
            ),
            make_text(200, "<html><body>1 log</body></html>"),
        ),
    ),
    fault(
        "page-with-byte-order-mark",
        "A body starts with a byte order mark.",
        rewrite_status(lambda reply: reply.with_body(b"\xef\xbb\xbf" + reply.body), 200),
    ),
    fault(
        "page-in-lines",
        "The logs of a page are separated by line breaks instead of commas.",
        rewrite_status(lambda reply: reply.with_body(reply.body.replace(b'},{"id":"', b'}\n{"id":"')), 200),
    ),
    fault(
        "page-as-a-bare-list",
        "A page is a bare array of logs.",
        replace_reply(
            lambda request, reply: request.is_list and reply.status == 200,
            lambda reply: reply.with_json(reply.json()["audit_logs"]),
        ),
    ),
    fault(
        "page-wrapped-in-data",
        "A page is wrapped in a field `data`.",
        replace_reply(
            lambda request, reply: request.is_list and reply.status == 200,
            lambda reply: reply.with_json({"data": reply.json()}),
        ),
    ),
    fault(
        "body-in-latin-1",
        "Bodies are encoded in Latin-1.",
        rewrite_status(lambda reply: reply.with_body(reply.body.decode().encode("latin-1", "replace"))),
    ),
    fault(
        "request-id-header-from-the-client",
        "X-Coder-Request-Id is copied from the request.",
        rewrite_reply(_echo_id),
    ),
    fault(
        "rate-limit-without-retry-after",
        "Every 40th response is a 429 without Retry-After.",
        _reject_every_40th,
    ),
)
