"""Building blocks of faults: lists that a fault builds itself."""

from collections.abc import Awaitable, Callable
from functools import partial

from fault import Reply, Request, Serve, Wrap
from rewriting import Log, is_page, read_token
from terms import read_terms, write_terms

from auditmock.openapi.contract import SearchKey, load_contract

Find = Callable[[str], Awaitable[list[Log]]]
"""Returns all logs that match a search, newest first."""

KEYS = load_contract().search.keys
DEFAULT_LIMIT = 100
_CACHE_SIZE = 8
_ALL = str((1 << 31) - 1)
_PAGING = ("q", "limit", "offset", "after_id")


class ListCache:
    """The app's complete lists, cached until the next write."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._lists: dict[tuple[str, str], list[Log]] = {}
        self._writes = 0

    def forget(self) -> None:
        """Clear the cache after a write."""
        self._lists = {}
        self._writes += 1

    async def find(self, request: Request, q: str) -> list[Log]:
        """Find all logs that match a search, with the token of a request."""
        name, writes = (read_token(request), q), self._writes
        if name not in self._lists:
            others = [pair for pair in request.pairs() if pair[0] not in _PAGING]
            reply = await self._serve(request.with_pairs([*others, ("q", q), ("limit", _ALL)]))
            logs: list[Log] = reply.json().get("audit_logs", [])
            if writes != self._writes:
                return logs
            if len(self._lists) == _CACHE_SIZE:
                del self._lists[next(iter(self._lists))]
            self._lists[name] = logs
        return self._lists[name]


def replace_list(
    collect: Callable[[Find, Request], Awaitable[list[Log] | None]],
    page_of: Callable[[list[Log], Request], list[Log]] | None = None,
) -> Wrap:
    """Page through what a function collects; None keeps the app's page."""

    def wrap(serve: Serve) -> Serve:
        lists = ListCache(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                lists.forget()
            if not is_page(request, reply):
                return reply
            find = partial(lists.find, request)
            logs = await collect(find, request)
            if logs is None:
                return reply
            page = page_of(logs, request) if page_of else await _page_of(logs, request, find)
            return reply.with_json({"audit_logs": page, "count": len(logs)})

        return faulty

    return wrap


def change_list(change: Callable[[list[Log], Request], list[Log]]) -> Wrap:
    """Change the whole list before it is paged."""

    async def collect(find: Find, request: Request) -> list[Log]:
        return change(await find(request.first("q")), request)

    return replace_list(collect)


def replace_filter(name: str, holds: Callable[[Log, str], bool]) -> Wrap:
    """Replace what a search key matches; the function gets the log and the value in lower case."""

    async def collect(find: Find, request: Request) -> list[Log] | None:
        terms = read_terms(request.first("q"))
        values = [term.value.lower() for term in terms if _is_accepted(KEYS[name], term.key, term.value)]
        if not values:
            return None
        rest = await find(write_terms(term for term in terms if _key_of(term.key) != name))
        return [log for log in rest if holds(log, values[-1])]

    return replace_list(collect)


def replace_count(count: Callable[[Find, Request], Awaitable[int]]) -> Wrap:
    """Replace the count of a list."""

    def wrap(serve: Serve) -> Serve:
        lists = ListCache(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                lists.forget()
            if not is_page(request, reply):
                return reply
            return reply.with_json(
                reply.json() | {"count": await count(partial(lists.find, request), request)}
            )

        return faulty

    return wrap


def replace_page_after_cursor(tail: Callable[[list[Log], list[Log], str], list[Log]]) -> Wrap:
    """Build pages with a cursor from the matching logs, all logs and the cursor."""

    def wrap(serve: Serve) -> Serve:
        lists = ListCache(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                lists.forget()
            cursor = request.first("after_id").lower()
            if not is_page(request, reply) or not cursor:
                return reply
            matching = await lists.find(request, request.first("q"))
            logs = tail(matching, await lists.find(request, ""), cursor)
            return reply.with_json(reply.json() | {"audit_logs": cut(logs, request)})

        return faulty

    return wrap


def cut(logs: list[Log], request: Request) -> list[Log]:
    """Return the page at `offset` and `limit`."""
    offset, limit = request.number("offset", 0), request.number("limit", 0) or DEFAULT_LIMIT
    return logs[offset : offset + limit]


async def _page_of(logs: list[Log], request: Request, find: Find) -> list[Log]:
    cursor = request.first("after_id").lower()
    if cursor:
        logs = await logs_after(logs, cursor, find)
    return cut(logs, request)


async def logs_after(logs: list[Log], cursor: str, find: Find) -> list[Log]:
    """Return the logs after a cursor, which need not be one of them."""
    ids = [log["id"] for log in logs]
    if cursor in ids:
        return logs[ids.index(cursor) + 1 :]
    everything = [log["id"] for log in await find("")]
    later = set(everything[everything.index(cursor) + 1 :]) if cursor in everything else set()
    return [log for log in logs if log["id"] in later]


def _key_of(key: str) -> str:
    return key or "resource_type"


def _is_accepted(wanted: SearchKey, key: str, value: str) -> bool:
    is_known = wanted.type != "enum" or value.lower() in wanted.values
    return _key_of(key) == wanted.name and is_known
