"""Building blocks: answers of a faulty server's own."""

from collections.abc import Callable
from typing import Any

from fault import JSON_TYPE, Reply, Request, Serve, Wrap
from rewriting import Log, around, is_page, rewrite_reply


def answer_with(when: Callable[[Request], bool], answer: Callable[[Reply], Reply]) -> Wrap:
    """Give another answer to some requests, which are not carried out."""

    async def handle(request: Request, serve: Serve) -> Reply:
        if not when(request):
            return await serve(request)
        blank = request.moved_to("GET", "/api/v2/audit/none").with_query(b"")
        return answer((await serve(blank))._replace(body=b""))

    return around(handle)


def instead(when: Callable[[Request, Reply], bool], answer: Callable[[Reply], Reply]) -> Wrap:
    """Answer with something else where the good server's answer is of some kind."""
    return rewrite_reply(lambda request, reply: answer(reply) if when(request, reply) else reply)


def envelope(status: int, message: str, *fields: str) -> Callable[[Reply], Reply]:
    """Make an answer of an error: with this message and these fields at fault."""
    document: dict[str, Any] = {"message": message}
    if fields:
        document["validations"] = [{"field": field, "detail": "Not valid."} for field in fields]
    return lambda reply: reply.with_json(document, status)


def failure(reply: Reply) -> Reply:
    """Make an answer of a crash."""
    return envelope(500, "An internal server error occurred.")(reply)


def fail_when(when: Callable[[Request], bool]) -> Wrap:
    """Fail on requests that should have had their page."""
    return instead(lambda request, reply: is_page(request, reply) and when(request), failure)


def text_answer(status: int, text: str, media_type: bytes = b"text/html") -> Callable[[Reply], Reply]:
    """Make an answer that is no JSON."""
    return lambda reply: reply.with_body(text.encode(), media_type)._replace(status=status)


def empty_answer(status: int) -> Callable[[Reply], Reply]:
    """Make an answer without a body."""
    return lambda reply: reply.with_body(b"", None).with_header(b"content-type", None)._replace(status=status)


def page_answer(logs: list[Log], count: int) -> Callable[[Reply], Reply]:
    """Make an answer that is a page."""
    return lambda reply: reply.with_json({"audit_logs": logs, "count": count}, 200).with_header(
        b"content-type", JSON_TYPE
    )
