"""Building blocks of faults: replies that a fault makes itself."""

from collections.abc import Callable
from typing import Any

from fault import JSON_TYPE, Reply, Request, Serve, Wrap
from rewriting import Log, is_page, rewrite_reply, wrap_serve


def reply_with(when: Callable[[Request], bool], change: Callable[[Reply], Reply]) -> Wrap:
    """Make another reply to some requests, which the app does not see."""

    async def handle(request: Request, serve: Serve) -> Reply:
        if not when(request):
            return await serve(request)
        blank = request.moved_to("GET", "/api/v2/audit/none").with_query(b"")
        return change((await serve(blank))._replace(body=b""))

    return wrap_serve(handle)


def replace_reply(when: Callable[[Request, Reply], bool], change: Callable[[Reply], Reply]) -> Wrap:
    """Replace some of the app's replies."""
    return rewrite_reply(lambda request, reply: change(reply) if when(request, reply) else reply)


def make_error(status: int, message: str, *fields: str) -> Callable[[Reply], Reply]:
    """Make an error reply with this message and these invalid fields."""
    document: dict[str, Any] = {"message": message}
    if fields:
        document["validations"] = [{"field": field, "detail": "Not valid."} for field in fields]
    return lambda reply: reply.with_json(document, status)


def make_server_error(reply: Reply) -> Reply:
    """Make a 500."""
    return make_error(500, "An internal server error occurred.")(reply)


def fail_when(when: Callable[[Request], bool]) -> Wrap:
    """Reply 500 to requests that should get a page."""
    return replace_reply(lambda request, reply: is_page(request, reply) and when(request), make_server_error)


def make_text(status: int, text: str, media_type: bytes = b"text/html") -> Callable[[Reply], Reply]:
    """Make a reply that is not JSON."""
    return lambda reply: reply.with_body(text.encode(), media_type)._replace(status=status)


def make_empty(status: int) -> Callable[[Reply], Reply]:
    """Make a reply without a body."""
    return lambda reply: reply.with_body(b"", None).with_header(b"content-type", None)._replace(status=status)


def make_page(logs: list[Log], count: int) -> Callable[[Reply], Reply]:
    """Make a page."""
    return lambda reply: reply.with_json({"audit_logs": logs, "count": count}, 200).with_header(
        b"content-type", JSON_TYPE
    )
