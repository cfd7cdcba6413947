"""Faults of `after_id`."""

from fault import Reply, Request, Serve, Wrap, about
from listing import ListCache, cut, replace_page_after_cursor
from replies import make_error, make_page, replace_reply
from rewriting import (
    Log,
    combine,
    invalid_fields,
    is_page,
    only_when,
    retry_changed,
    rewrite_number,
    rewrite_query,
)

fault = about("cursor")


def _position(everything: list[Log], cursor: str) -> int:
    return [log["id"] for log in everything].index(cursor)


def _from(matching: list[Log], everything: list[Log], start: int) -> list[Log]:
    later = {log["id"] for log in everything[start:]}
    return [log for log in matching if log["id"] in later]


def _skip_ties(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    time = everything[_position(everything, cursor)]["time"]
    rest = _from(matching, everything, _position(everything, cursor))
    return [log for log in rest if log["time"] != time]


def _behind_whole_seconds(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    second = everything[_position(everything, cursor)]["time"][:19]
    return [log for log in matching if log["time"][:19] < second]


def _newer(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    earlier = {log["id"] for log in everything[: _position(everything, cursor)]}
    return [log for log in matching if log["id"] in earlier]


def _from_match(matching: list[Log], _: list[Log], cursor: str) -> list[Log]:
    ids = [log["id"] for log in matching]
    return matching[ids.index(cursor) + 1 :] if cursor in ids else matching


def _remember_places(serve: Serve) -> Serve:
    lists = ListCache(serve)
    positions: dict[tuple[str, str], int] = {}

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        q, cursor = request.first("q"), request.first("after_id").lower()
        if request.is_write:
            lists.forget()
        if not is_page(request, reply):
            return reply
        if not cursor:
            start = request.number("offset", 0)
            shown = enumerate(reply.json()["audit_logs"], start)
            positions.update(((q, log["id"]), position) for position, log in shown)
        if (q, cursor) not in positions:
            return reply
        logs = (await lists.find(request, q))[positions[q, cursor] + 1 :]
        return reply.with_json(reply.json() | {"audit_logs": cut(logs, request)})

    return faulty


def _is_missing(request: Request, reply: Reply) -> bool:
    return request.is_list and reply.status == 404 and set(invalid_fields(reply)) == {"after_id"}


def _is_outside(serve: Serve) -> Serve:
    lists = ListCache(serve)

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        cursor = request.first("after_id").lower()
        if request.is_write:
            lists.forget()
        if not cursor or not is_page(request, reply):
            return reply
        ids = {log["id"] for log in await lists.find(request, request.first("q"))}
        return reply if cursor in ids else make_error(404, "Audit log not found.", "after_id")(reply)

    return faulty


def _with_cursor(wrap: Wrap) -> Wrap:
    return only_when(lambda request: bool(request.first("after_id")), wrap)


_drop_cursor = rewrite_query("after_id", lambda _: None)

FAULTS = (
    fault("cursor-ignored", "`after_id` has no effect.", _drop_cursor),
    fault(
        "cursor-included",
        "A page with a cursor starts with the cursor's log.",
        replace_page_after_cursor(
            lambda matching, everything, cursor: _from(matching, everything, _position(everything, cursor))
        ),
    ),
    fault(
        "cursor-skips-one-more",
        "The first log after the cursor is omitted.",
        replace_page_after_cursor(
            lambda matching, everything, cursor: _from(
                matching, everything, _position(everything, cursor) + 2
            )
        ),
    ),
    fault(
        "cursor-goes-backwards",
        "A page with a cursor has the logs newer than the cursor.",
        replace_page_after_cursor(_newer),
    ),
    fault(
        "cursor-disables-the-search",
        "A page with a cursor ignores the search.",
        replace_page_after_cursor(
            lambda _, everything, cursor: _from(everything, everything, _position(everything, cursor) + 1)
        ),
    ),
    fault(
        "cursor-disables-the-offset",
        "`offset` has no effect together with a cursor.",
        _with_cursor(rewrite_number("offset", lambda _: None)),
    ),
    fault(
        "cursor-disables-the-limit",
        "`limit` has no effect together with a cursor.",
        _with_cursor(rewrite_number("limit", lambda _: None)),
    ),
    fault(
        "offset-disables-the-cursor",
        "A cursor has no effect together with an offset above 0.",
        only_when(lambda request: request.number("offset", 0) > 0, _drop_cursor),
    ),
    fault(
        "search-disables-the-cursor",
        "A cursor has no effect together with a search.",
        only_when(lambda request: bool(request.first("q").strip()), _drop_cursor),
    ),
    fault("cursor-outside-the-search-is-404", "A cursor outside the search results is a 404.", _is_outside),
    fault(
        "cursor-outside-the-search-ignored",
        "A cursor outside the search results has no effect.",
        replace_page_after_cursor(_from_match),
    ),
    fault(
        "cursor-skips-ties", "Logs with the cursor's time are omitted.", replace_page_after_cursor(_skip_ties)
    ),
    fault(
        "cursor-compares-whole-seconds",
        "Logs in the cursor's second are omitted.",
        replace_page_after_cursor(_behind_whole_seconds),
    ),
    fault(
        "cursor-compares-ids",
        "A page with a cursor has the logs with a greater id.",
        replace_page_after_cursor(
            lambda matching, _, cursor: [log for log in matching if log["id"] > cursor]
        ),
    ),
    fault(
        "cursor-remembers-its-place",
        "A cursor is a position at the time of reading, so new logs shift the page.",
        _remember_places,
    ),
    fault(
        "cursor-case-sensitive",
        "A cursor in upper case is a 404.",
        replace_reply(
            lambda request, reply: (
                is_page(request, reply) and request.first("after_id") != request.first("after_id").lower()
            ),
            make_error(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "cursor-at-the-end-is-404",
        "The cursor of the oldest log is a 404.",
        replace_reply(
            lambda request, reply: (
                is_page(request, reply) and bool(request.first("after_id")) and not reply.json()["audit_logs"]
            ),
            make_error(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "unknown-cursor-shows-nothing",
        "An unknown cursor returns an empty page.",
        replace_reply(_is_missing, make_page([], 0)),
    ),
    fault(
        "unknown-cursor-ignored", "An unknown cursor has no effect.", retry_changed(_is_missing, _drop_cursor)
    ),
    fault(
        "unknown-cursor-is-400",
        "An unknown cursor is a 400.",
        replace_reply(_is_missing, make_error(400, "Query parameters have invalid values.", "after_id")),
    ),
    fault(
        "invalid-cursor-ignored",
        "A cursor that is not a UUID has no effect.",
        retry_changed(
            lambda request, reply: (
                request.is_list and reply.status == 400 and set(invalid_fields(reply)) == {"after_id"}
            ),
            _drop_cursor,
        ),
    ),
    fault(
        "invalid-cursor-is-404",
        "A cursor that is not a UUID is a 404.",
        replace_reply(
            lambda request, reply: (
                request.is_list and reply.status == 400 and set(invalid_fields(reply)) == {"after_id"}
            ),
            make_error(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "nil-cursor-ignored",
        "The nil UUID as a cursor has no effect.",
        combine(
            rewrite_query(
                "after_id", lambda text: None if text == "00000000-0000-0000-0000-000000000000" else text
            )
        ),
    ),
)
