"""Faults of time: caches, delays, and requests that meet."""

import asyncio
from collections.abc import Callable, Hashable

from answering import failure
from fault import Reply, Request, Serve, Wrap, about
from rewriting import is_page, pretend, rewrite_answer, rewrite_logs, sometimes, token_in

fault = about("races")
_MEETING = 0.02
"""Seconds a request stays under way, so that others meet it."""


def _is_done(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 204


def _lose_second(serve: Serve) -> Serve:
    under_way = 0

    async def faulty(request: Request) -> Reply:
        nonlocal under_way
        if not request.is_write:
            return await serve(request)
        if under_way:
            return await pretend(request)
        under_way += 1
        try:
            await asyncio.sleep(_MEETING)
            return await serve(request)
        finally:
            under_way -= 1

    return faulty


def _mix_bodies(serve: Serve) -> Serve:
    latest = b""

    async def faulty(request: Request) -> Reply:
        nonlocal latest
        if not request.is_write or request.rest:
            return await serve(request)
        latest = request.body
        await asyncio.sleep(_MEETING)
        return await serve(request.with_body(latest))

    return faulty


def _mix_reads(serve: Serve) -> Serve:
    latest: Request | None = None

    async def faulty(request: Request) -> Reply:
        nonlocal latest
        if not request.is_list:
            return await serve(request)
        latest = request
        await asyncio.sleep(_MEETING / 4)
        return await serve(latest)

    return faulty


def _delay(seconds: float, *, behind: bool) -> Wrap:
    """Write logs when the first list is asked for after some time, before or behind its answer."""

    def wrap(serve: Serve) -> Serve:
        waiting: list[tuple[float, Request]] = []

        async def catch_up(now: float) -> None:
            while waiting and now - waiting[0][0] >= seconds:
                await serve(waiting.pop(0)[1])

        async def faulty(request: Request) -> Reply:
            now = asyncio.get_running_loop().time()
            if request.is_list and not behind:
                await catch_up(now)
            reply = await (pretend(request) if request.is_write else serve(request))
            if request.is_list and behind:
                await catch_up(now)
            if _is_done(request, reply):
                waiting.append((now, request))
            return reply

        return faulty

    return wrap


def _cache(
    key: Callable[[Request], Hashable],
    keep: Callable[[Reply], bool],
    *,
    forget: bool,
) -> Wrap:
    """Answer lists of the same key alike; `forget` says whether a write empties the cache."""

    def wrap(serve: Serve) -> Serve:
        replies: dict[Hashable, Reply] = {}

        async def faulty(request: Request) -> Reply:
            if request.is_write and forget:
                replies.clear()
            known = replies.get(key(request)) if request.is_list else None
            reply = await serve(request)
            if known is not None:
                return _renew(known, reply)
            if is_page(request, reply) and keep(reply):
                replies[key(request)] = reply
            return reply

        return faulty

    return wrap


def _renew(known: Reply, reply: Reply) -> Reply:
    return known.with_header(b"x-coder-request-id", reply.header(b"x-coder-request-id"))


def _stay_stale(requests: int) -> Wrap:
    """Answer so many lists after a write with what they were before it."""

    def wrap(serve: Serve) -> Serve:
        replies: dict[tuple[bytes, str], Reply] = {}
        stale = 0

        async def faulty(request: Request) -> Reply:
            nonlocal stale
            reply = await serve(request)
            key = (request.query, token_in(request))
            if _is_done(request, reply):
                stale = requests
            if not is_page(request, reply):
                return reply
            if stale and key in replies:
                stale -= 1
                return _renew(replies[key], reply)
            replies[key] = reply
            return reply

        return faulty

    return wrap


def _remember_counts(serve: Serve) -> Serve:
    counts: dict[tuple[str, str], int] = {}

    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        if not is_page(request, reply):
            return reply
        page = reply.json()
        key = (request.first("q"), token_in(request))
        return reply.with_json(page | {"count": counts.setdefault(key, page["count"])})

    return faulty


FAULTS = (
    fault(
        "second-write-at-once-lost", "Of two logs written at the same time the second is lost.", _lose_second
    ),
    fault(
        "writes-at-once-mixed",
        "Of two logs written at the same time both have the fields of the second.",
        _mix_bodies,
    ),
    fault("reads-at-once-mixed", "Two lists asked for at the same time get the same answer.", _mix_reads),
    fault(
        "write-found-on-second-read",
        "A log that is written is not in the first list after it.",
        _delay(0, behind=True),
    ),
    fault(
        "stale-page-after-a-write",
        "After a write the next list is the one from before it.",
        _stay_stale(1),
    ),
    fault("count-cached", "The count of a search is never taken anew.", _remember_counts),
    fault(
        "empty-list-cached",
        "A search that found nothing once never finds anything.",
        _cache(
            lambda request: (request.first("q"), token_in(request)),
            lambda reply: reply.json()["count"] == 0,
            forget=False,
        ),
    ),
    fault(
        "page-cached-for-anyone",
        "A page that was shown once is shown to anybody, with a token or without.",
        _cache(lambda request: request.query, lambda _: True, forget=True),
    ),
    fault(
        "page-cached-for-any-offset",
        "A page that was shown once is shown for every offset.",
        _cache(
            lambda request: (
                request.first("q"),
                request.first("limit"),
                request.first("after_id"),
                token_in(request),
            ),
            lambda _: True,
            forget=True,
        ),
    ),
    fault(
        "page-cached-for-any-cursor",
        "A page that was shown once is shown for every cursor.",
        _cache(
            lambda request: (
                request.first("q"),
                request.first("limit"),
                request.first("offset"),
                token_in(request),
            ),
            lambda _: True,
            forget=True,
        ),
    ),
    fault(
        "every-other-page-lacks-a-log",
        "Every other page lacks its last log.",
        sometimes(rewrite_logs(lambda logs, _: logs[:-1]), 2),
    ),
    fault(
        "every-other-page-oldest-first",
        "Every other page shows its logs oldest first.",
        sometimes(rewrite_logs(lambda logs, _: logs[::-1]), 2),
    ),
    fault(
        "one-list-in-thirty-fails", "Every 30th list is a 500.", sometimes(rewrite_answer(failure, 200), 30)
    ),
)
