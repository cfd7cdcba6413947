"""Faults of `after_id`."""

from answering import envelope, instead, page_answer
from fault import Reply, Request, Serve, Wrap, about
from listing import Shelf, cut, follow
from rewriting import Log, at_fault, chain, forgive, is_page, only_when, rewrite_number, rewrite_query

fault = about("cursor")


def _place(everything: list[Log], cursor: str) -> int:
    return [log["id"] for log in everything].index(cursor)


def _from(matching: list[Log], everything: list[Log], start: int) -> list[Log]:
    later = {log["id"] for log in everything[start:]}
    return [log for log in matching if log["id"] in later]


def _skip_ties(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    time = everything[_place(everything, cursor)]["time"]
    rest = _from(matching, everything, _place(everything, cursor))
    return [log for log in rest if log["time"] != time]


def _behind_whole_seconds(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    second = everything[_place(everything, cursor)]["time"][:19]
    return [log for log in matching if log["time"][:19] < second]


def _newer(matching: list[Log], everything: list[Log], cursor: str) -> list[Log]:
    earlier = {log["id"] for log in everything[: _place(everything, cursor)]}
    return [log for log in matching if log["id"] in earlier]


def _from_match(matching: list[Log], _: list[Log], cursor: str) -> list[Log]:
    ids = [log["id"] for log in matching]
    return matching[ids.index(cursor) + 1 :] if cursor in ids else matching


def _remember_places(serve: Serve) -> Serve:
    shelf = Shelf(serve)
    places: dict[tuple[str, str], int] = {}

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        q, cursor = request.first("q"), request.first("after_id").lower()
        if request.is_write:
            shelf.forget()
        if not is_page(request, reply):
            return reply
        if not cursor:
            start = request.number("offset", 0)
            shown = enumerate(reply.json()["audit_logs"], start)
            places.update(((q, log["id"]), place) for place, log in shown)
        if (q, cursor) not in places:
            return reply
        logs = (await shelf.find(request, q))[places[q, cursor] + 1 :]
        return reply.with_json(reply.json() | {"audit_logs": cut(logs, request)})

    return faulty


def _is_missing(request: Request, reply: Reply) -> bool:
    return request.is_list and reply.status == 404 and set(at_fault(reply)) == {"after_id"}


def _is_outside(serve: Serve) -> Serve:
    shelf = Shelf(serve)

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        cursor = request.first("after_id").lower()
        if request.is_write:
            shelf.forget()
        if not cursor or not is_page(request, reply):
            return reply
        ids = {log["id"] for log in await shelf.find(request, request.first("q"))}
        return reply if cursor in ids else envelope(404, "Audit log not found.", "after_id")(reply)

    return faulty


def _with_cursor(wrap: Wrap) -> Wrap:
    return only_when(lambda request: bool(request.first("after_id")), wrap)


_drop_cursor = rewrite_query("after_id", lambda _: None)

FAULTS = (
    fault("cursor-ignored", "`after_id` has no effect.", _drop_cursor),
    fault(
        "cursor-included",
        "A page with a cursor begins with the log of the cursor.",
        follow(lambda matching, everything, cursor: _from(matching, everything, _place(everything, cursor))),
    ),
    fault(
        "cursor-skips-one-more",
        "The log right behind the cursor is left out.",
        follow(
            lambda matching, everything, cursor: _from(matching, everything, _place(everything, cursor) + 2)
        ),
    ),
    fault(
        "cursor-goes-backwards",
        "A page with a cursor shows logs newer than it.",
        follow(_newer),
    ),
    fault(
        "cursor-hides-the-search",
        "A page with a cursor shows logs that do not match the search.",
        follow(lambda _, everything, cursor: _from(everything, everything, _place(everything, cursor) + 1)),
    ),
    fault(
        "cursor-hides-the-offset",
        "An offset has no effect beside a cursor.",
        _with_cursor(rewrite_number("offset", lambda _: None)),
    ),
    fault(
        "cursor-hides-the-limit",
        "A limit has no effect beside a cursor.",
        _with_cursor(rewrite_number("limit", lambda _: None)),
    ),
    fault(
        "offset-hides-the-cursor",
        "A cursor has no effect beside an offset above 0.",
        only_when(lambda request: request.number("offset", 0) > 0, _drop_cursor),
    ),
    fault(
        "search-hides-the-cursor",
        "A cursor has no effect beside a search.",
        only_when(lambda request: bool(request.first("q").strip()), _drop_cursor),
    ),
    fault(
        "cursor-outside-the-search-is-404",
        "A cursor that does not match the search is not found.",
        _is_outside,
    ),
    fault(
        "cursor-outside-the-search-ignored",
        "A cursor that does not match the search has no effect.",
        follow(_from_match),
    ),
    fault(
        "cursor-skips-ties",
        "Logs of the same instant as the cursor are left out behind it.",
        follow(_skip_ties),
    ),
    fault(
        "cursor-looks-at-whole-seconds",
        "Logs of the same second as the cursor are left out behind it.",
        follow(_behind_whole_seconds),
    ),
    fault(
        "cursor-compares-ids",
        "Behind a cursor are the logs of a greater id.",
        follow(lambda matching, _, cursor: [log for log in matching if log["id"] > cursor]),
    ),
    fault(
        "cursor-remembers-its-place",
        "A cursor stands for the place its log had when it was shown, so new logs shift the page.",
        _remember_places,
    ),
    fault(
        "cursor-case-sensitive",
        "A cursor with capital letters is not found.",
        instead(
            lambda request, reply: (
                is_page(request, reply) and request.first("after_id") != request.first("after_id").lower()
            ),
            envelope(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "cursor-at-the-end-is-404",
        "The cursor of the oldest log is not found.",
        instead(
            lambda request, reply: (
                is_page(request, reply) and bool(request.first("after_id")) and not reply.json()["audit_logs"]
            ),
            envelope(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "unknown-cursor-shows-nothing",
        "A cursor that names no log gives an empty page.",
        instead(_is_missing, page_answer([], 0)),
    ),
    fault(
        "unknown-cursor-ignored",
        "A cursor that names no log has no effect.",
        forgive(_is_missing, _drop_cursor),
    ),
    fault(
        "unknown-cursor-is-400",
        "A cursor that names no log is refused as malformed.",
        instead(_is_missing, envelope(400, "Query parameters have invalid values.", "after_id")),
    ),
    fault(
        "bad-cursor-ignored",
        "A cursor that is no UUID has no effect.",
        forgive(
            lambda request, reply: (
                request.is_list and reply.status == 400 and set(at_fault(reply)) == {"after_id"}
            ),
            _drop_cursor,
        ),
    ),
    fault(
        "bad-cursor-is-404",
        "A cursor that is no UUID is answered as one that names no log.",
        instead(
            lambda request, reply: (
                request.is_list and reply.status == 400 and set(at_fault(reply)) == {"after_id"}
            ),
            envelope(404, "Audit log not found.", "after_id"),
        ),
    ),
    fault(
        "nil-cursor-ignored",
        "The nil UUID as a cursor counts as none.",
        chain(
            rewrite_query(
                "after_id", lambda text: None if text == "00000000-0000-0000-0000-000000000000" else text
            )
        ),
    ),
)
