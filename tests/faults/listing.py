"""Building blocks: faults that put a list together themselves."""

from collections.abc import Awaitable, Callable
from functools import partial

from fault import Reply, Request, Serve, Wrap
from rewriting import Log, is_page, token_in
from terms import read_terms, write_terms

from auditmock.openapi.contract import SearchKey, load_contract

Find = Callable[[str], Awaitable[list[Log]]]
"""Gives all logs that match a search, newest first."""

KEYS = load_contract().search.keys
DEFAULT_LIMIT = 100
_REMEMBERED = 8
_ALL = str((1 << 31) - 1)
_PAGING = ("q", "limit", "offset", "after_id")


class Shelf:
    """The good server's whole lists, remembered until something is written."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._lists: dict[tuple[str, str], list[Log]] = {}
        self._writes = 0

    def forget(self) -> None:
        """Forget all lists, since something is written."""
        self._lists = {}
        self._writes += 1

    async def find(self, request: Request, q: str) -> list[Log]:
        """Find all logs that match a search, in the name of a request's caller."""
        name, writes = (token_in(request), q), self._writes
        if name not in self._lists:
            others = [pair for pair in request.pairs() if pair[0] not in _PAGING]
            reply = await self._serve(request.with_pairs([*others, ("q", q), ("limit", _ALL)]))
            logs: list[Log] = reply.json().get("audit_logs", [])
            if writes != self._writes:
                return logs
            if len(self._lists) == _REMEMBERED:
                del self._lists[next(iter(self._lists))]
            self._lists[name] = logs
        return self._lists[name]


def arrange(
    collect: Callable[[Find, Request], Awaitable[list[Log] | None]],
    page_of: Callable[[list[Log], Request], list[Log]] | None = None,
) -> Wrap:
    """Show what a function collects, page by page; None leaves the good page as it is."""

    def wrap(serve: Serve) -> Serve:
        shelf = Shelf(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                shelf.forget()
            if not is_page(request, reply):
                return reply
            find = partial(shelf.find, request)
            logs = await collect(find, request)
            if logs is None:
                return reply
            page = page_of(logs, request) if page_of else await _page_of(logs, request, find)
            return reply.with_json({"audit_logs": page, "count": len(logs)})

        return faulty

    return wrap


def rearrange(change: Callable[[list[Log], Request], list[Log]]) -> Wrap:
    """Change the whole list before pages are cut from it."""

    async def collect(find: Find, request: Request) -> list[Log]:
        return change(await find(request.first("q")), request)

    return arrange(collect)


def select(name: str, holds: Callable[[Log, str], bool]) -> Wrap:
    """Let a search key find what a function says of a log and the value asked for, in lower case."""

    async def collect(find: Find, request: Request) -> list[Log] | None:
        terms = read_terms(request.first("q"))
        asked = [term.value.lower() for term in terms if _is_meant(KEYS[name], term.key, term.value)]
        if not asked:
            return None
        rest = await find(write_terms(term for term in terms if _key_of(term.key) != name))
        return [log for log in rest if holds(log, asked[-1])]

    return arrange(collect)


def recount(count: Callable[[Find, Request], Awaitable[int]]) -> Wrap:
    """Count the logs of a list otherwise."""

    def wrap(serve: Serve) -> Serve:
        shelf = Shelf(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                shelf.forget()
            if not is_page(request, reply):
                return reply
            return reply.with_json(
                reply.json() | {"count": await count(partial(shelf.find, request), request)}
            )

        return faulty

    return wrap


def follow(tail: Callable[[list[Log], list[Log], str], list[Log]]) -> Wrap:
    """Cut pages with a cursor from what a function makes of all that match, all logs and the cursor."""

    def wrap(serve: Serve) -> Serve:
        shelf = Shelf(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if request.is_write:
                shelf.forget()
            cursor = request.first("after_id").lower()
            if not is_page(request, reply) or not cursor:
                return reply
            matching = await shelf.find(request, request.first("q"))
            logs = tail(matching, await shelf.find(request, ""), cursor)
            return reply.with_json(reply.json() | {"audit_logs": cut(logs, request)})

        return faulty

    return wrap


def cut(logs: list[Log], request: Request) -> list[Log]:
    """Cut a page by `offset` and `limit`."""
    offset, limit = request.number("offset", 0), request.number("limit", 0) or DEFAULT_LIMIT
    return logs[offset : offset + limit]


async def _page_of(logs: list[Log], request: Request, find: Find) -> list[Log]:
    cursor = request.first("after_id").lower()
    if cursor:
        logs = await behind(logs, cursor, find)
    return cut(logs, request)


async def behind(logs: list[Log], cursor: str, find: Find) -> list[Log]:
    """Keep the logs behind a cursor, which need not be one of them."""
    ids = [log["id"] for log in logs]
    if cursor in ids:
        return logs[ids.index(cursor) + 1 :]
    everything = [log["id"] for log in await find("")]
    later = set(everything[everything.index(cursor) + 1 :]) if cursor in everything else set()
    return [log for log in logs if log["id"] in later]


def _key_of(key: str) -> str:
    return key or "resource_type"


def _is_meant(wanted: SearchKey, key: str, value: str) -> bool:
    is_known = wanted.type != "enum" or value.lower() in wanted.values
    return _key_of(key) == wanted.name and is_known
