"""Faults of what every answer carries: headers, and the encoding of its body."""

from collections.abc import Callable

from answering import envelope, instead, text_answer
from fault import Reply, Request, Serve, about
from rewriting import rewrite_answer, rewrite_reply

fault = about("headers")
_ID = b"x-coder-request-id"
_VERSION = b"x-coder-build-version"


def _set(name: bytes, value: bytes | None, when: Callable[[Reply], bool] = bool) -> Callable[[Reply], Reply]:
    return lambda reply: reply.with_header(name, value) if when(reply) else reply


def _echo_id(request: Request, reply: Reply) -> Reply:
    given = request.header(_ID)
    return reply.with_header(_ID, given.encode("latin-1")) if given else reply


def _limit_rate(serve: Serve) -> Serve:
    requests = 0

    async def faulty(request: Request) -> Reply:
        nonlocal requests
        requests += 1
        reply = await serve(request)
        return envelope(429, "You've been rate limited.")(reply) if requests % 40 == 0 else reply

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
        "request-id-header-missing",
        "Answers lack the header X-Coder-Request-Id.",
        rewrite_answer(_set(_ID, None)),
    ),
    fault(
        "request-id-header-missing-on-errors",
        "Errors lack the header X-Coder-Request-Id.",
        rewrite_answer(_set(_ID, None, _is_error)),
    ),
    fault(
        "request-id-header-constant",
        "All answers have the same X-Coder-Request-Id.",
        rewrite_answer(_set(_ID, b"53bded77-7b9d-4e82-8771-991a34d759f9")),
    ),
    fault(
        "request-id-header-by-query",
        "Answers to the same query have the same X-Coder-Request-Id.",
        _repeat_ids,
    ),
    fault(
        "request-id-header-is-a-number",
        "X-Coder-Request-Id is no UUID.",
        rewrite_answer(lambda reply: reply.with_header(_ID, str(int(reply.header(_ID)[-12:], 16)).encode())),
    ),
    fault(
        "request-id-header-in-braces",
        "X-Coder-Request-Id stands in braces.",
        rewrite_answer(lambda reply: reply.with_header(_ID, b"{%b}" % reply.header(_ID))),
    ),
    fault(
        "build-version-missing",
        "Answers lack the header X-Coder-Build-Version.",
        rewrite_answer(_set(_VERSION, None)),
    ),
    fault(
        "build-version-missing-on-errors",
        "Errors lack the header X-Coder-Build-Version.",
        rewrite_answer(_set(_VERSION, None, _is_error)),
    ),
    fault(
        "build-version-missing-on-writes",
        "A 204 lacks the header X-Coder-Build-Version.",
        rewrite_answer(_set(_VERSION, None), 204),
    ),
    fault("build-version-empty", "X-Coder-Build-Version is empty.", rewrite_answer(_set(_VERSION, b""))),
    fault(
        "page-declared-as-text",
        "A page is declared as plain text.",
        rewrite_answer(_set(b"content-type", b"text/plain; charset=utf-8"), 200),
    ),
    fault(
        "page-declared-as-html",
        "A page is declared as HTML.",
        rewrite_answer(_set(b"content-type", b"text/html; charset=utf-8"), 200),
    ),
    fault(
        "page-not-declared",
        "A page lacks the header Content-Type.",
        rewrite_answer(_set(b"content-type", None), 200),
    ),
    fault(
        "page-is-html",
        "A list of one log is a page of HTML.",
        instead(
            lambda request, reply: (
                request.is_list and reply.status == 200 and request.number("limit", 0) == 1
            ),
            text_answer(200, "<html><body>1 log</body></html>"),
        ),
    ),
    fault(
        "page-with-byte-order-mark",
        "A body begins with a byte order mark.",
        rewrite_answer(lambda reply: reply.with_body(b"\xef\xbb\xbf" + reply.body), 200),
    ),
    fault(
        "page-in-lines",
        "The logs of a page are divided by line breaks instead of commas.",
        rewrite_answer(lambda reply: reply.with_body(reply.body.replace(b'},{"id":"', b'}\n{"id":"')), 200),
    ),
    fault(
        "page-as-a-bare-list",
        "A page is an array of logs without a count.",
        instead(
            lambda request, reply: request.is_list and reply.status == 200,
            lambda reply: reply.with_json(reply.json()["audit_logs"]),
        ),
    ),
    fault(
        "page-wrapped-in-data",
        "A page stands in a field `data`.",
        instead(
            lambda request, reply: request.is_list and reply.status == 200,
            lambda reply: reply.with_json({"data": reply.json()}),
        ),
    ),
    fault(
        "body-in-latin-1",
        "Bodies are written in Latin-1.",
        rewrite_answer(lambda reply: reply.with_body(reply.body.decode().encode("latin-1", "replace"))),
    ),
    fault(
        "request-id-header-from-the-client",
        "X-Coder-Request-Id repeats the one of the request.",
        rewrite_reply(_echo_id),
    ),
    fault(
        "rate-limit-without-retry-after",
        "Every 40th answer is a 429 that lacks Retry-After.",
        _limit_rate,
    ),
)
