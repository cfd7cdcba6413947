"""Faults of paging: the number and position of the logs on a page."""

from fault import Request, Wrap, about
from listing import Find, change_list, cut, replace_list
from replies import make_error, replace_reply
from rewriting import (
    Log,
    combine,
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


def _first_page(logs: list[Log], request: Request) -> list[Log]:
    return logs[: request.number("limit", 0) or 100]


def _repeat_for_each_role(logs: list[Log], _: Request) -> list[Log]:
    return [log for log in logs for _ in (log["user"] or {}).get("roles") or [None]]


async def _find(find: Find, request: Request) -> list[Log]:
    return await find(request.first("q"))


def _wrap_around(logs: list[Log], request: Request) -> list[Log]:
    offset, limit = request.number("offset", 0), request.number("limit", 0) or 100
    start = offset % len(logs) if logs else 0
    return logs[start : start + limit]


def _without_cursor(wrap: Wrap) -> Wrap:
    return only_when(lambda request: not request.first("after_id"), wrap)


FAULTS = (
    fault(
        "limit-capped-at-100",
        "A page has at most 100 logs, whatever the limit is.",
        rewrite_number("limit", lambda limit: min(limit, 100)),
    ),
    fault(
        "limit-capped-at-50",
        "A page with a limit has at most 50 logs.",
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
        "A page has one log fewer than its limit.",
        rewrite_logs(
            lambda logs, request: logs[:-1] if 0 < request.number("limit", 0) == len(logs) else logs
        ),
    ),
    fault(
        "limit-zero-is-an-empty-page",
        "A limit of 0 returns an empty page.",
        rewrite_logs(lambda logs, request: [] if request.number("limit", 1) == 0 else logs),
    ),
    fault(
        "limit-zero-is-no-limit",
        "A limit of 0 returns all logs.",
        rewrite_number("limit", lambda limit: limit or (1 << 31) - 1),
    ),
    fault("default-limit-is-25", "A page without a limit has 25 logs.", default_query("limit", "25")),
    fault("default-limit-is-1000", "A page without a limit has 1000 logs.", default_query("limit", "1000")),
    fault("offset-ignored", "Every page starts at the newest log.", rewrite_number("offset", lambda _: None)),
    fault(
        "offset-counts-from-one",
        "An offset skips one log too few.",
        rewrite_number("offset", lambda offset: max(offset - 1, 0)),
    ),
    fault(
        "offset-skips-one-more",
        "An offset skips one log too many.",
        rewrite_number("offset", lambda offset: min(offset + bool(offset), (1 << 31) - 1)),
    ),
    fault(
        "offset-counts-pages",
        "An offset counts pages instead of logs.",
        lambda serve: (
            lambda request: rewrite_number(
                "offset", lambda offset: min(offset * (request.number("limit", 0) or 100), (1 << 31) - 1)
            )(serve)(request)
        ),
    ),
    fault(
        "offset-before-search",
        "An offset is applied before the search.",
        _without_cursor(replace_list(_skip_before_search, _first_page)),
    ),
    fault(
        "limit-before-search",
        "A limit is applied before the search.",
        _without_cursor(replace_list(_cut_before_search, lambda logs, _: logs)),
    ),
    fault(
        "offset-past-the-end-starts-over",
        "An offset past the end wraps around.",
        _without_cursor(replace_list(_find, _wrap_around)),
    ),
    fault(
        "offset-past-the-end-is-404",
        "An offset past the end is a 404.",
        replace_reply(
            lambda request, reply: (
                is_page(request, reply) and _is_past_the_end(request, reply.json()["count"])
            ),
            make_error(404, "Page not found.", "offset"),
        ),
    ),
    fault(
        "oldest-log-missing",
        "The last page omits the oldest log, but `count` includes it.",
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
        "A page that is not full is empty.",
        rewrite_logs(lambda logs, request: logs if len(logs) == (request.number("limit", 0) or 100) else []),
    ),
    fault(
        "limit-is-an-end-position",
        "The limit is the position where the page ends.",
        rewrite_logs(
            lambda logs, request: logs[
                : max((request.number("limit", 0) or 100) - request.number("offset", 0), 0)
            ]
        ),
    ),
    fault(
        "numbers-truncated-to-16-bits",
        "Limit and offset are truncated to 16 bits.",
        combine(
            rewrite_number("limit", lambda limit: limit & 0xFFFF),
            rewrite_number("offset", lambda offset: offset & 0xFFFF),
        ),
    ),
    fault(
        "limit-over-1000-rejected",
        "A limit above 1000 is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and request.number("limit", 0) > 1000,
            make_error(400, "Query parameters have invalid values.", "limit"),
        ),
    ),
    fault(
        "empty-page-is-null",
        "An empty page is null instead of an empty array.",
        rewrite_page(lambda page, _: page | {"audit_logs": page["audit_logs"] or None}),
    ),
    fault(
        "logs-repeat-for-each-role",
        "A log is listed once per role of its user.",
        change_list(_repeat_for_each_role),
    ),
    fault(
        "page-repeats-its-first-log",
        "The last log of a full page repeats the first one.",
        rewrite_logs(
            lambda logs, request: (
                [*logs[:-1], logs[0]] if len(logs) == (request.number("limit", 0) or 100) > 1 else logs
            )
        ),
    ),
)
