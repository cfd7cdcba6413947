"""Faults of paging: how many logs a page has, and which."""

from answering import envelope, instead
from fault import Request, Wrap, about
from listing import Find, arrange, cut, rearrange
from rewriting import (
    Log,
    chain,
    default_query,
    is_page,
    only_when,
    rewrite_logs,
    rewrite_number,
    rewrite_page,
)

fault = about("paging")


def _is_past_the_end(request: Request, count: int) -> bool:
    return not request.first("after_id") and request.number("offset", 0) >= count > 0


async def _skip_before_search(find: Find, request: Request) -> list[Log] | None:
    everything = await find("")
    skipped = {log["id"] for log in everything[: request.number("offset", 0)]}
    return [log for log in await find(request.first("q")) if log["id"] not in skipped]


async def _cut_before_search(find: Find, request: Request) -> list[Log] | None:
    first = {log["id"] for log in cut(await find(""), request)}
    return [log for log in await find(request.first("q")) if log["id"] in first]


def _head(logs: list[Log], request: Request) -> list[Log]:
    return logs[: request.number("limit", 0) or 100]


def _repeat_for_each_role(logs: list[Log], _: Request) -> list[Log]:
    return [log for log in logs for _ in (log["user"] or {}).get("roles") or [None]]


async def _find(find: Find, request: Request) -> list[Log]:
    return await find(request.first("q"))


def _start_over(logs: list[Log], request: Request) -> list[Log]:
    offset, limit = request.number("offset", 0), request.number("limit", 0) or 100
    start = offset % len(logs) if logs else 0
    return logs[start : start + limit]


def _without_cursor(wrap: Wrap) -> Wrap:
    return only_when(lambda request: not request.first("after_id"), wrap)


FAULTS = (
    fault(
        "limit-capped-at-100",
        "A page never has more than 100 logs, whatever the limit.",
        rewrite_number("limit", lambda limit: min(limit, 100)),
    ),
    fault(
        "limit-capped-at-50",
        "A page with a limit never has more than 50 logs.",
        rewrite_number("limit", lambda limit: min(limit, 50)),
    ),
    fault("limit-ignored", "Every page has 100 logs.", rewrite_number("limit", lambda _: None)),
    fault(
        "page-one-too-long",
        "A page has one log more than its limit.",
        rewrite_number("limit", lambda limit: limit and limit + 1),
    ),
    fault(
        "page-one-too-short",
        "A page has one log less than its limit.",
        rewrite_logs(
            lambda logs, request: logs[:-1] if 0 < request.number("limit", 0) == len(logs) else logs
        ),
    ),
    fault(
        "limit-zero-is-no-log",
        "With a limit of 0 a page is empty.",
        rewrite_logs(lambda logs, request: [] if request.number("limit", 1) == 0 else logs),
    ),
    fault(
        "limit-zero-is-no-limit",
        "With a limit of 0 a page has all logs.",
        rewrite_number("limit", lambda limit: limit or (1 << 31) - 1),
    ),
    fault("default-limit-is-25", "A page without a limit has 25 logs.", default_query("limit", "25")),
    fault("default-limit-is-none", "A page without a limit has 1000 logs.", default_query("limit", "1000")),
    fault(
        "offset-ignored",
        "Every page starts at the newest log.",
        rewrite_number("offset", lambda _: None),
    ),
    fault(
        "offset-counts-from-one",
        "An offset skips one log less than it says.",
        rewrite_number("offset", lambda offset: max(offset - 1, 0)),
    ),
    fault(
        "offset-skips-one-more",
        "An offset skips one log more than it says.",
        rewrite_number("offset", lambda offset: min(offset + bool(offset), (1 << 31) - 1)),
    ),
    fault(
        "offset-counts-pages",
        "An offset skips that many pages, not logs.",
        lambda serve: (
            lambda request: rewrite_number(
                "offset",
                lambda offset: min(offset * (request.number("limit", 0) or 100), (1 << 31) - 1),
            )(serve)(request)
        ),
    ),
    fault(
        "offset-before-search",
        "An offset skips logs before the search looks at them.",
        _without_cursor(arrange(_skip_before_search, _head)),
    ),
    fault(
        "limit-before-search",
        "A search looks only at the logs of the page.",
        _without_cursor(arrange(_cut_before_search, lambda logs, _: logs)),
    ),
    fault(
        "offset-past-the-end-starts-over",
        "An offset past the end counts from the newest log again.",
        _without_cursor(arrange(_find, _start_over)),
    ),
    fault(
        "offset-past-the-end-is-404",
        "An offset past the end is answered with 404.",
        instead(
            lambda request, reply: (
                is_page(request, reply) and _is_past_the_end(request, reply.json()["count"])
            ),
            envelope(404, "Page not found.", "offset"),
        ),
    ),
    fault(
        "oldest-log-missing",
        "The last page lacks the oldest log, which is counted.",
        rewrite_page(
            lambda page, request: (
                page | {"audit_logs": page["audit_logs"][:-1]}
                if request.number("offset", 0) + len(page["audit_logs"]) == page["count"]
                else page
            )
        ),
    ),
    fault(
        "last-page-missing",
        "A page that is not full is left out altogether.",
        rewrite_logs(lambda logs, request: logs if len(logs) == (request.number("limit", 0) or 100) else []),
    ),
    fault(
        "limit-is-an-end",
        "The limit is taken for the position where the page ends.",
        rewrite_logs(
            lambda logs, request: logs[
                : max((request.number("limit", 0) or 100) - request.number("offset", 0), 0)
            ]
        ),
    ),
    fault(
        "numbers-of-sixteen-bits",
        "Of limit and offset only the lowest 16 bits count.",
        chain(
            rewrite_number("limit", lambda limit: limit & 0xFFFF),
            rewrite_number("offset", lambda offset: offset & 0xFFFF),
        ),
    ),
    fault(
        "limit-over-1000-refused",
        "A limit above 1000 is refused.",
        instead(
            lambda request, reply: is_page(request, reply) and request.number("limit", 0) > 1000,
            envelope(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "empty-page-is-null",
        "A page without logs is null instead of an empty array.",
        rewrite_page(lambda page, _: page | {"audit_logs": page["audit_logs"] or None}),
    ),
    fault(
        "logs-repeat-for-each-role",
        "A log is listed once for each role of its user.",
        rearrange(_repeat_for_each_role),
    ),
    fault(
        "page-repeats-its-first-log",
        "The last log of a full page is its first one again.",
        rewrite_logs(
            lambda logs, request: (
                [*logs[:-1], logs[0]] if len(logs) == (request.number("limit", 0) or 100) > 1 else logs
            )
        ),
    ),
)
