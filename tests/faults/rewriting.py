"""Building blocks of faults: changes of requests and replies."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import orjson
from fault import Reply, Request, Serve, Wrap, serve_by
from terms import Term, read_terms, write_terms

from auditmock.asgi import create_app
from auditmock.settings import Settings

Log = dict[str, Any]
Page = dict[str, Any]
_TOKEN = "coder_session_token"  # noqa: S105 - the name of the parameter
_SCRATCH_SEED = 88
NIL = "00000000-0000-0000-0000-000000000000"


def wrap_serve(handle: Callable[[Request, Serve], Awaitable[Reply]]) -> Wrap:
    """Handle each request with a function that can call the app."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            return await handle(request, serve)

        return faulty

    return wrap


def combine(*wraps: Wrap) -> Wrap:
    """Combine wraps into one fault; the first is the outermost."""

    def wrap(serve: Serve) -> Serve:
        for each in reversed(wraps):
            serve = each(serve)
        return serve

    return wrap


def rewrite_request(change: Callable[[Request], Request]) -> Wrap:
    """Change every request."""
    return lambda serve: lambda request: serve(change(request))


def rewrite_reply(change: Callable[[Request, Reply], Reply]) -> Wrap:
    """Change every reply."""

    async def handle(request: Request, serve: Serve) -> Reply:
        return change(request, await serve(request))

    return wrap_serve(handle)


def is_page(request: Request, reply: Reply) -> bool:
    """Whether the reply is a page of a list."""
    return request.is_list and reply.status == 200


def rewrite_query(name: str, change: Callable[[str], str | None]) -> Wrap:
    """Change or remove a query parameter of lists; other parameters keep their bytes."""

    def changed(pair: str) -> str | None:
        key, _, value = pair.partition("=")
        if unquote_plus(key) != name:
            return pair
        before = unquote_plus(value)
        after = change(before)
        if after == before:
            return pair
        return None if after is None else f"{key}={quote_plus(after)}"

    def rewrite(request: Request) -> Request:
        if not request.is_list:
            return request
        pairs = map(changed, request.query.decode("latin-1").split("&"))
        return request.with_query("&".join(pair for pair in pairs if pair is not None).encode("latin-1"))

    return rewrite_request(rewrite)


def rewrite_number(name: str, change: Callable[[int], int | None]) -> Wrap:
    """Change `limit` or `offset` if it is a valid number."""

    def rewrite(text: str) -> str | None:
        if not re.fullmatch("[0-9]{1,10}", text) or int(text) >= 1 << 31:
            return text
        number = change(int(text))
        return None if number is None else str(number)

    return rewrite_query(name, rewrite)


def default_query(name: str, value: str) -> Wrap:
    """Add a query parameter to lists without it."""

    def rewrite(request: Request) -> Request:
        if not request.is_list or name in dict(request.pairs()):
            return request
        return request.with_query(b"&".join(filter(None, [request.query, f"{name}={value}".encode()])))

    return rewrite_request(rewrite)


def rewrite_terms(change: Callable[[list[Term]], Iterable[Term]]) -> Wrap:
    """Change the terms of a search."""

    def rewrite(q: str) -> str:
        terms = read_terms(q)
        changed = list(change(terms))
        return q if changed == terms else write_terms(changed)

    return rewrite_query("q", rewrite)


def rewrite_term(change: Callable[[Term], Term | None], *keys: str) -> Wrap:
    """Change or remove each term with these keys (default: every term)."""

    def rewrite(terms: list[Term]) -> list[Term]:
        changed = [change(each) if not keys or each.key in keys else each for each in terms]
        return [each for each in changed if each is not None]

    return rewrite_terms(rewrite)


def rewrite_page(change: Callable[[Page, Request], Page]) -> Wrap:
    """Change every page of a list."""

    def rewrite(request: Request, reply: Reply) -> Reply:
        return reply.with_json(change(reply.json(), request)) if is_page(request, reply) else reply

    return rewrite_reply(rewrite)


def rewrite_logs(change: Callable[[list[Log], Request], list[Log]]) -> Wrap:
    """Change the logs on every page."""
    return rewrite_page(lambda page, request: page | {"audit_logs": change(page["audit_logs"], request)})


def rewrite_log(change: Callable[[Log], Log], when: Callable[[Log], bool] = bool) -> Wrap:
    """Change each log that satisfies a condition."""
    return rewrite_logs(lambda logs, _: [change(log) if when(log) else log for log in logs])


def show(name: str, value: Callable[[Log], Any], when: Callable[[Log], bool] = bool) -> Wrap:
    """Replace a field of each log that satisfies a condition."""
    return rewrite_log(lambda log: log | {name: value(log)}, when)


def show_user(change: Callable[[Log], Log | None], when: Callable[[Log], bool] = bool) -> Wrap:
    """Replace the user of each log whose user satisfies a condition."""
    return rewrite_log(
        lambda log: log | {"user": change(log["user"])}, lambda log: bool(log["user"]) and when(log["user"])
    )


def show_change(change: Callable[[Log], Any], when: Callable[[Log], bool] = bool) -> Wrap:
    """Replace each diff entry that satisfies a condition."""
    return show(
        "diff",
        lambda log: {name: change(entry) if when(entry) else entry for name, entry in log["diff"].items()},
    )


def without(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a document without these fields."""
    return {name: value for name, value in document.items() if name not in names}


def rewrite_error(change: Callable[[Log], Any], *statuses: int) -> Wrap:
    """Change the envelope of errors with these statuses."""

    def rewrite(_request: Request, reply: Reply) -> Reply:
        is_meant = reply.status in statuses and reply.body.startswith(b"{")
        return reply.with_json(change(reply.json())) if is_meant else reply

    return rewrite_reply(rewrite)


def rewrite_status(change: Callable[[Reply], Reply], *statuses: int) -> Wrap:
    """Change replies with these statuses (default: all)."""
    return rewrite_reply(
        lambda _, reply: change(reply) if not statuses or reply.status in statuses else reply
    )


def rewrite_body(change: Callable[[bytes], bytes]) -> Wrap:
    """Change the body of a write, unless it is streamed."""

    def rewrite(request: Request) -> Request:
        if not request.is_write or request.rest:
            return request
        changed = change(request.body)
        return request if changed == request.body else request.with_body(changed)

    return rewrite_request(rewrite)


def rewrite_post(change: Callable[[Log], Log]) -> Wrap:
    """Change the fields of a write."""

    def rewrite(body: bytes) -> bytes:
        fields = read_fields(body)
        return body if fields is None else orjson.dumps(change(fields))

    return rewrite_body(rewrite)


def read_fields(body: bytes) -> Log | None:
    """Decode the fields of a body; None if it is not an object."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return fields if isinstance(fields, dict) else None


def retry_changed(what: Callable[[Request, Reply], bool], change: Wrap) -> Wrap:
    """If the app's reply satisfies a condition, retry with a changed request."""

    def wrap(serve: Serve) -> Serve:
        retried = change(serve)

        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            return await retried(request) if what(request, reply) else reply

        return faulty

    return wrap


def only_when(when: Callable[[Request], bool], wrap_these: Wrap) -> Wrap:
    """Apply a fault to some requests only."""

    def wrap(serve: Serve) -> Serve:
        faulty = wrap_these(serve)
        return lambda request: faulty(request) if when(request) else serve(request)

    return wrap


def sometimes(wrap_these: Wrap, every: int) -> Wrap:
    """Apply a fault to every n-th list only."""

    def wrap(serve: Serve) -> Serve:
        faulty, lists = wrap_these(serve), 0

        async def handle(request: Request) -> Reply:
            nonlocal lists
            lists += request.is_list
            is_unchanged = request.is_list and lists % every
            return await (serve(request) if is_unchanged else faulty(request))

        return handle

    return wrap


def invalid_fields(reply: Reply) -> Collection[str]:
    """Return the fields that an error names."""
    return {each["field"] for each in reply.json().get("validations", ())} if reply.status >= 400 else ()


def read_token(request: Request) -> str:
    """Return the token of a request, in the contract's precedence."""
    cookies = [cookie.partition("=") for cookie in request.header(b"cookie").split(";")]
    cookie = next((value.strip() for name, _, value in cookies if name.strip() == _TOKEN), "")
    return cookie or request.first(_TOKEN) or request.header(b"coder-session-token")


def with_token(request: Request, token: str) -> Request:
    """Send another token in the header and none elsewhere."""
    pairs = [pair for pair in request.query.split(b"&") if not pair.startswith(_TOKEN.encode())]
    bare = request.with_query(b"&".join(pairs)).with_header(b"cookie", None)
    return bare.with_header(b"coder-session-token", token.encode("latin-1") if token else None)


def as_owner(request: Request) -> Request:
    """Send the owner's token instead, in the same world."""
    return with_token(request, f"Owner00000-{read_token(request)[11:]}")


@cache
def _scratch_app() -> Serve:
    return serve_by(create_app(Settings(seed=_SCRATCH_SEED, logs=1)))


async def pretend_write(request: Request) -> Reply:
    """Reply as the app would, without storing anything."""
    return await _scratch_app()(request)
