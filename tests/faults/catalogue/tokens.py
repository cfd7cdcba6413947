"""Faults of session tokens: where they are read, and which are accepted."""

import re
from collections.abc import Callable

from fault import Reply, Request, Serve, Wrap, about
from replies import make_empty, make_error, make_page, replace_reply, reply_with
from rewriting import (
    read_token,
    retry_changed,
    rewrite_error,
    rewrite_request,
    rewrite_status,
    with_token,
    without,
)

fault = about("tokens")
_NAME = b"coder_session_token"
_SHARED = "0" * 22
_OWNER = f"Owner00000-{_SHARED}"
_SHAPE = re.compile(r"[0-9A-Za-z]{10}-[0-9A-Za-z]{22}")


def _query_without_token(request: Request) -> Request:
    pairs = [pair for pair in request.query.split(b"&") if not pair.startswith(_NAME)]
    return request.with_query(b"&".join(pairs))


def _tokens_by_location(request: Request) -> dict[str, str]:
    """Return the tokens of a request by location, in the contract's order."""
    return {
        "cookie": read_token(request.with_query(b"").with_header(b"coder-session-token", None)),
        "query": request.first("coder_session_token"),
        "header": request.header(b"coder-session-token"),
    }


def _change_precedence(*order: str) -> Wrap:
    def rewrite(request: Request) -> Request:
        positions = _tokens_by_location(request)
        token = next((positions[position] for position in order if positions[position]), "")
        return with_token(request, token) if sum(map(bool, positions.values())) > 1 else request

    return rewrite_request(rewrite)


def _try_all(serve: Serve) -> Serve:
    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        for token in _tokens_by_location(request).values():
            if reply.status == 401 and token:
                reply = await serve(with_token(request, token))
        return reply

    return faulty


def _accept(what: Callable[[str], bool]) -> Wrap:
    """Treat some tokens as the owner's."""
    return retry_changed(
        lambda request, reply: reply.status == 401 and what(read_token(request)),
        rewrite_request(lambda request: with_token(request, _OWNER)),
    )


def _read_bearer(request: Request) -> Request:
    scheme, _, token = request.header(b"authorization").partition(" ")
    return with_token(request, token) if scheme.lower() == "bearer" and not read_token(request) else request


def _check_token_after(status: int) -> Wrap:
    """Check the token only if the rest of the request is valid."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if reply.status != 401 or request.is_write:
                return reply
            other = await serve(with_token(request, _OWNER))
            return other if other.status == status else reply

        return faulty

    return wrap


def _is_unauthenticated(_: Request, reply: Reply) -> bool:
    return reply.status == 401


FAULTS = (
    fault(
        "cookie-ignored",
        "A token in a cookie is ignored.",
        rewrite_request(lambda request: request.with_header(b"cookie", None)),
    ),
    fault("query-token-ignored", "A token in the query is ignored.", rewrite_request(_query_without_token)),
    fault(
        "header-before-cookie",
        "The header overrides cookie and query.",
        _change_precedence("header", "cookie", "query"),
    ),
    fault(
        "query-before-cookie",
        "The query overrides the cookie.",
        _change_precedence("query", "cookie", "header"),
    ),
    fault(
        "header-before-query",
        "The header overrides the query.",
        _change_precedence("cookie", "header", "query"),
    ),
    fault(
        "any-valid-token",
        "A valid token is accepted despite an invalid one in an earlier location.",
        _try_all,
    ),
    fault(
        "second-cookie-ignored",
        "Only the first cookie of a request is read.",
        rewrite_request(
            lambda request: (
                request.with_header(b"cookie", request.header(b"cookie").split(";")[0].encode("latin-1"))
                if request.header(b"cookie")
                else request
            )
        ),
    ),
    fault(
        "no-token-needed",
        "A request without a token is treated as the owner's.",
        _accept(lambda token: not token),
    ),
    fault(
        "expired-token-accepted",
        "An expired token is accepted.",
        _accept(lambda token: token == f"Expired000-{_SHARED}"),
    ),
    fault(
        "suspended-user-accepted",
        "The token of a suspended user is accepted.",
        _accept(lambda token: token == f"Suspended0-{_SHARED}"),
    ),
    fault(
        "unknown-token-accepted",
        "Every well-formed token is accepted.",
        _accept(lambda token: _SHAPE.fullmatch(token) is not None),
    ),
    fault(
        "any-text-is-a-token",
        "Every text without a hyphen is accepted as a token.",
        _accept(lambda token: bool(token) and "-" not in token),
    ),
    fault(
        "secret-not-compared",
        "The secret of a token is not compared.",
        _accept(lambda token: token.startswith("Owner00000-") and token.count("-") == 1),
    ),
    fault(
        "token-id-truncated-at-ten",
        "Only the first ten characters of a token id are compared.",
        _accept(lambda token: token.startswith("Owner00000") and token.endswith(f"-{_SHARED}")),
    ),
    fault(
        "third-part-of-token-ignored",
        "Text after a second hyphen of a token is ignored.",
        _accept(lambda token: token.startswith(f"{_OWNER}-")),
    ),
    fault(
        "token-id-case-insensitive",
        "Token ids are case-insensitive.",
        _accept(lambda token: token.lower() == _OWNER.lower()),
    ),
    fault(
        "authorization-header-accepted",
        "A token in `Authorization` is accepted.",
        rewrite_request(_read_bearer),
    ),
    fault(
        "unauthenticated-is-403",
        "A request without a valid token gets 403.",
        replace_reply(_is_unauthenticated, make_error(403, "Forbidden.")),
    ),
    fault(
        "unauthenticated-is-400",
        "A request without a valid token gets 400.",
        replace_reply(
            _is_unauthenticated,
            make_error(400, "Query parameters have invalid values.", "coder_session_token"),
        ),
    ),
    fault(
        "unauthenticated-is-404",
        "A request without a valid token gets 404.",
        replace_reply(_is_unauthenticated, make_error(404, "Route not found.")),
    ),
    fault(
        "unauthenticated-is-an-empty-page",
        "A request without a valid token gets an empty page.",
        replace_reply(lambda request, reply: request.is_list and reply.status == 401, make_page([], 0)),
    ),
    fault(
        "unauthenticated-redirects-to-login",
        "A request without a valid token is redirected to a login page.",
        replace_reply(
            _is_unauthenticated, lambda reply: make_empty(303)(reply).with_header(b"location", b"/login")
        ),
    ),
    fault("unauthenticated-without-envelope", "A 401 has no body.", rewrite_status(make_empty(401), 401)),
    fault(
        "unauthenticated-without-message",
        "A 401 has no message.",
        rewrite_error(lambda make_error: without(make_error, "message"), 401),
    ),
    fault("token-after-validation", "Parameters are validated before the token.", _check_token_after(400)),
    fault(
        "token-after-route",
        "Unknown paths are reported before the token is checked.",
        _check_token_after(404),
    ),
    fault(
        "unauthenticated-is-500",
        "The server fails on a token without a hyphen.",
        reply_with(
            lambda request: bool(read_token(request)) and "-" not in read_token(request),
            make_error(500, "An internal server error occurred."),
        ),
    ),
)
