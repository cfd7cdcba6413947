"""Faults of roles: who may do what."""

from collections.abc import Callable

from answering import empty_answer, envelope, failure, instead, page_answer
from fault import Reply, Request, Serve, Wrap, about
from rewriting import as_owner, forgive, is_page, rewrite_answer, rewrite_query, rewrite_request, token_in

fault = about("roles")


def _allow(what: Callable[[Request], bool], *holders: str) -> Wrap:
    return forgive(
        lambda request, reply: (
            reply.status == 403 and what(request) and token_in(request).startswith(holders)
        ),
        rewrite_request(as_owner),
    )


def _is_forbidden(_: Request, reply: Reply) -> bool:
    return reply.status == 403


def _is_forbidden_list(request: Request, reply: Reply) -> bool:
    return request.is_list and reply.status == 403


def _check_first(status: int) -> Wrap:
    """Report what is wrong with a request before the role of its caller."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if reply.status != 403 or request.is_write:
                return reply
            other = await serve(as_owner(request))
            return other if other.status == status else reply

        return faulty

    return wrap


def _see_own(serve: Serve) -> Serve:
    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        if not _is_forbidden_list(request, reply):
            return reply
        name = {"M": "martha-wade"}.get(token_in(request)[:1], "jesse-barrera")
        narrow = rewrite_query("q", lambda q: f"{q} username:{name}")
        return await narrow(serve)(as_owner(request))

    return faulty


FAULTS = (
    fault("member-may-read", "A member may list logs.", _allow(lambda request: request.is_list, "Member")),
    fault(
        "user-admin-may-read",
        "A user admin may list logs.",
        _allow(lambda request: request.is_list, "UserAdmin"),
    ),
    fault(
        "auditor-may-write",
        "An auditor may write a log.",
        _allow(lambda request: request.is_write, "Auditor"),
    ),
    fault(
        "auditor-may-not-read",
        "An auditor may not list logs.",
        instead(
            lambda request, reply: is_page(request, reply) and token_in(request).startswith("Auditor"),
            envelope(403, "Forbidden."),
        ),
    ),
    fault(
        "auditor-may-not-search",
        "An auditor may list logs but not search them.",
        instead(
            lambda request, reply: (
                is_page(request, reply)
                and token_in(request).startswith("Auditor")
                and bool(request.first("q").strip())
            ),
            envelope(403, "Forbidden."),
        ),
    ),
    fault("member-sees-own-logs", "A member may list what one user did.", _see_own),
    fault(
        "forbidden-is-an-empty-page",
        "Who may not list logs gets an empty page.",
        instead(_is_forbidden_list, page_answer([], 0)),
    ),
    fault(
        "forbidden-is-401",
        "Who may not do something is told to sign in.",
        instead(_is_forbidden, envelope(401, "You are signed out.")),
    ),
    fault(
        "forbidden-is-404",
        "Who may not do something is told that there is no such path.",
        instead(_is_forbidden, envelope(404, "Route not found.")),
    ),
    fault("forbidden-is-500", "The server fails when a role does not fit.", instead(_is_forbidden, failure)),
    fault("forbidden-without-envelope", "A 403 has no body.", rewrite_answer(empty_answer(403), 403)),
    fault("role-after-validation", "Parameters are checked before the caller's role.", _check_first(400)),
    fault("role-after-cursor", "A cursor is looked for before the caller's role is.", _check_first(404)),
    fault("role-after-accept", "`Accept` is looked at before the caller's role.", _check_first(406)),
)
