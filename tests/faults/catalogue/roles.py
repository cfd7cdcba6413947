"""Faults of roles: who can do what."""

from collections.abc import Callable

from fault import Reply, Request, Serve, Wrap, about
from replies import make_empty, make_error, make_page, make_server_error, replace_reply
from rewriting import (
    as_owner,
    is_page,
    read_token,
    retry_changed,
    rewrite_query,
    rewrite_request,
    rewrite_status,
)

fault = about("roles")


def _allow(what: Callable[[Request], bool], *users: str) -> Wrap:
    return retry_changed(
        lambda request, reply: (
            reply.status == 403 and what(request) and read_token(request).startswith(users)
        ),
        rewrite_request(as_owner),
    )


def _is_forbidden(_: Request, reply: Reply) -> bool:
    return reply.status == 403


def _is_forbidden_list(request: Request, reply: Reply) -> bool:
    return request.is_list and reply.status == 403


def _check_first(status: int) -> Wrap:
    """Report errors of the request before checking the role."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if reply.status != 403 or request.is_write:
                return reply
            other = await serve(as_owner(request))
            return other if other.status == status else reply

        return faulty

    return wrap


def _show_own_logs(serve: Serve) -> Serve:
    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        if not _is_forbidden_list(request, reply):
            return reply
        name = {"M": "martha-wade"}.get(read_token(request)[:1], "jesse-barrera")
        narrow = rewrite_query("q", lambda q: f"{q} username:{name}")
        return await narrow(serve)(as_owner(request))

    return faulty


FAULTS = (
    fault("member-may-read", "Members can list logs.", _allow(lambda request: request.is_list, "Member")),
    fault(
        "user-admin-may-read",
        "User admins can list logs.",
        _allow(lambda request: request.is_list, "UserAdmin"),
    ),
    fault(
        "auditor-may-write", "Auditors can write logs.", _allow(lambda request: request.is_write, "Auditor")
    ),
    fault(
        "auditor-may-not-read",
        "Auditors cannot list logs.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and read_token(request).startswith("Auditor"),
            make_error(403, "Forbidden."),
        ),
    ),
    fault(
        "auditor-may-not-search",
        "Auditors can list logs but not search.",
        replace_reply(
            lambda request, reply: (
                is_page(request, reply)
                and read_token(request).startswith("Auditor")
                and bool(request.first("q").strip())
            ),
            make_error(403, "Forbidden."),
        ),
    ),
    fault("member-sees-own-logs", "Members can list their own logs.", _show_own_logs),
    fault(
        "forbidden-is-an-empty-page",
        "A forbidden list is an empty page.",
        replace_reply(_is_forbidden_list, make_page([], 0)),
    ),
    fault(
        "forbidden-is-401",
        "A forbidden request gets a 401.",
        replace_reply(_is_forbidden, make_error(401, "You are signed out.")),
    ),
    fault(
        "forbidden-is-404",
        "A forbidden request gets a 404.",
        replace_reply(_is_forbidden, make_error(404, "Route not found.")),
    ),
    fault(
        "forbidden-is-500", "A forbidden request gets a 500.", replace_reply(_is_forbidden, make_server_error)
    ),
    fault("forbidden-without-envelope", "A 403 has no body.", rewrite_status(make_empty(403), 403)),
    fault("role-after-validation", "Parameters are validated before the role is checked.", _check_first(400)),
    fault("role-after-cursor", "The cursor is looked up before the role is checked.", _check_first(404)),
    fault("role-after-accept", "`Accept` is checked before the role.", _check_first(406)),
)
