"""Faults of time: caches, delays and concurrent requests."""

import asyncio
from collections.abc import Callable, Hashable

from fault import Reply, Request, Serve, Wrap, about
from replies import make_server_error
from rewriting import is_page, pretend_write, read_token, rewrite_logs, rewrite_status, sometimes

fault = about("races")
_OVERLAP_SECONDS = 0.02
"""How long a request is delayed so that others overlap it."""


def _is_written(request: Request, reply: Reply) -> bool:
    return request.is_write and reply.status == 204


def _lose_second_write(serve: Serve) -> Serve:
    under_way = 0

    async def faulty(request: Request) -> Reply:
        nonlocal under_way
        if not request.is_write:
            return await serve(request)
        if under_way:
            return await pretend_write(request)
        under_way += 1
        try:
            await asyncio.sleep(_OVERLAP_SECONDS)
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
        await asyncio.sleep(_OVERLAP_SECONDS)
        return await serve(request.with_body(latest))

    return faulty


def _mix_reads(serve: Serve) -> Serve:
    latest: Request | None = None

    async def faulty(request: Request) -> Reply:
        nonlocal latest
        if not request.is_list:
            return await serve(request)
        latest = request
        await asyncio.sleep(_OVERLAP_SECONDS / 4)
        return await serve(latest)

    return faulty


def _delay(seconds: float, *, behind: bool) -> Wrap:
    """Store writes with the first list after a delay, before or after replying to it."""

    def wrap(serve: Serve) -> Serve:
        waiting: list[tuple[float, Request]] = []

        async def catch_up(now: float) -> None:
            while waiting and now - waiting[0][0] >= seconds:
                await serve(waiting.pop(0)[1])

        async def faulty(request: Request) -> Reply:
            now = asyncio.get_running_loop().time()
            if request.is_list and not behind:
                await catch_up(now)
            reply = await (pretend_write(request) if request.is_write else serve(request))
            if request.is_list and behind:
                await catch_up(now)
            if _is_written(request, reply):
                waiting.append((now, request))
            return reply

        return faulty

    return wrap


def _cache(key: Callable[[Request], Hashable], keep: Callable[[Reply], bool], *, forget: bool) -> Wrap:
    """Cache pages by key; `forget` says whether a write clears the cache."""

    def wrap(serve: Serve) -> Serve:
        replies: dict[Hashable, Reply] = {}

        async def faulty(request: Request) -> Reply:
            if request.is_write and forget:
                replies.clear()
            known = replies.get(key(request)) if request.is_list else None
            reply = await serve(request)
            if known is not None:
                return _refresh_request_id(known, reply)
            if is_page(request, reply) and keep(reply):
                replies[key(request)] = reply
            return reply

        return faulty

    return wrap


def _refresh_request_id(known: Reply, reply: Reply) -> Reply:
    return known.with_header(b"x-coder-request-id", reply.header(b"x-coder-request-id"))


def _serve_stale(requests: int) -> Wrap:
    """Serve stale pages for this many lists after a write."""

    def wrap(serve: Serve) -> Serve:
        replies: dict[tuple[bytes, str], Reply] = {}
        stale = 0

        async def faulty(request: Request) -> Reply:
            nonlocal stale
            reply = await serve(request)
            key = (request.query, read_token(request))
            if _is_written(request, reply):
                stale = requests
            if not is_page(request, reply):
                return reply
            if stale and key in replies:
                stale -= 1
                return _refresh_request_id(replies[key], reply)
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
        key = (request.first("q"), read_token(request))
        return reply.with_json(page | {"count": counts.setdefault(key, page["count"])})

    return faulty


FAULTS = (
    fault(
        "second-concurrent-write-lost", "Of two concurrent writes, the second is lost.", _lose_second_write
    ),
    fault("concurrent-writes-mixed", "Two concurrent writes both get the fields of the second.", _mix_bodies),
    fault("concurrent-reads-mixed", "Two concurrent reads get the same response.", _mix_reads),
    fault(
        "write-found-on-second-read",
        "A new log is missing from the first list after the write.",
        _delay(0, behind=True),
    ),
    fault("stale-page-after-a-write", "The first list after a write is stale.", _serve_stale(1)),
    fault("count-cached", "The count of a search is cached for ever.", _remember_counts),
    fault(
        "empty-list-cached",
        "An empty search result is cached for ever.",
        _cache(
            lambda request: (request.first("q"), read_token(request)),
            lambda reply: reply.json()["count"] == 0,
            forget=False,
        ),
    ),
    fault(
        "page-cached-for-anyone",
        "Pages are cached without regard to the token.",
        _cache(lambda request: request.query, lambda _: True, forget=True),
    ),
    fault(
        "page-cached-for-any-offset",
        "Pages are cached without regard to the offset.",
        _cache(
            lambda request: (
                request.first("q"),
                request.first("limit"),
                request.first("after_id"),
                read_token(request),
            ),
            lambda _: True,
            forget=True,
        ),
    ),
    fault(
        "page-cached-for-any-cursor",
        "Pages are cached without regard to the cursor.",
        _cache(
            lambda request: (
                request.first("q"),
                request.first("limit"),
                request.first("offset"),
                read_token(request),
            ),
            lambda _: True,
            forget=True,
        ),
    ),
    fault(
        "every-other-page-lacks-a-log",
        "Every other page omits its last log.",
        sometimes(rewrite_logs(lambda logs, _: logs[:-1]), 2),
    ),
    fault(
        "every-other-page-oldest-first",
        "Every other page is sorted oldest first.",
        sometimes(rewrite_logs(lambda logs, _: logs[::-1]), 2),
    ),
    fault(
        "one-list-in-thirty-fails",
        "Every 30th list is a 500.",
        sometimes(rewrite_status(make_server_error, 200), 30),
    ),
)
