"""Faults of session tokens: where they are looked for, and which are accepted."""

import re
from collections.abc import Callable

from answering import answer_with, empty_answer, envelope, instead, page_answer
from fault import Reply, Request, Serve, Wrap, about
from rewriting import forgive, rewrite_answer, rewrite_error, rewrite_request, token_in, with_token, without

fault = about("tokens")
_NAME = b"coder_session_token"
_SHARED = "0" * 22
_OWNER = f"Owner00000-{_SHARED}"
_SHAPE = re.compile(r"[0-9A-Za-z]{10}-[0-9A-Za-z]{22}")


def _query_without_token(request: Request) -> Request:
    pieces = [piece for piece in request.query.split(b"&") if not piece.startswith(_NAME)]
    return request.with_query(b"&".join(pieces))


def _places(request: Request) -> dict[str, str]:
    """List the tokens of a request by place, in the contract's order."""
    return {
        "cookie": token_in(request.with_query(b"").with_header(b"coder-session-token", None)),
        "query": request.first("coder_session_token"),
        "header": request.header(b"coder-session-token"),
    }


def _prefer(*order: str) -> Wrap:
    def rewrite(request: Request) -> Request:
        places = _places(request)
        token = next((places[place] for place in order if places[place]), "")
        return with_token(request, token) if sum(map(bool, places.values())) > 1 else request

    return rewrite_request(rewrite)


def _try_all(serve: Serve) -> Serve:
    async def faulty(request: Request) -> Reply:
        reply = await serve(request)
        for token in _places(request).values():
            if reply.status == 401 and token:
                reply = await serve(with_token(request, token))
        return reply

    return faulty


def _accept(what: Callable[[str], bool]) -> Wrap:
    """Take some tokens for the owner's."""
    return forgive(
        lambda request, reply: reply.status == 401 and what(token_in(request)),
        rewrite_request(lambda request: with_token(request, _OWNER)),
    )


def _read_bearer(request: Request) -> Request:
    scheme, _, token = request.header(b"authorization").partition(" ")
    return with_token(request, token) if scheme.lower() == "bearer" and not token_in(request) else request


def _refuse_after(status: int) -> Wrap:
    """Check a token only where the rest of a request is fine."""

    def wrap(serve: Serve) -> Serve:
        async def faulty(request: Request) -> Reply:
            reply = await serve(request)
            if reply.status != 401 or request.is_write:
                return reply
            other = await serve(with_token(request, _OWNER))
            return other if other.status == status else reply

        return faulty

    return wrap


def _is_unsigned(_: Request, reply: Reply) -> bool:
    return reply.status == 401


FAULTS = (
    fault(
        "cookie-not-looked-at",
        "A token in the cookie is not looked at.",
        rewrite_request(lambda request: request.with_header(b"cookie", None)),
    ),
    fault(
        "query-token-not-looked-at",
        "A token in the query is not looked at.",
        rewrite_request(_query_without_token),
    ),
    fault(
        "header-before-cookie",
        "The header goes before cookie and query.",
        _prefer("header", "cookie", "query"),
    ),
    fault("query-before-cookie", "The query goes before the cookie.", _prefer("query", "cookie", "header")),
    fault("header-before-query", "The header goes before the query.", _prefer("cookie", "header", "query")),
    fault("any-good-token", "A good token rescues a bad one in an earlier place.", _try_all),
    fault(
        "second-cookie-not-looked-at",
        "Only the first cookie of a request is looked at.",
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
        "A request without a token counts as the owner's.",
        _accept(lambda token: not token),
    ),
    fault(
        "expired-token-accepted",
        "A token that has expired is accepted.",
        _accept(lambda token: token == f"Expired000-{_SHARED}"),
    ),
    fault(
        "suspended-user-accepted",
        "The token of a suspended user is accepted.",
        _accept(lambda token: token == f"Suspended0-{_SHARED}"),
    ),
    fault(
        "unknown-token-accepted",
        "Every token of the right form is accepted.",
        _accept(lambda token: _SHAPE.fullmatch(token) is not None),
    ),
    fault(
        "any-text-is-a-token",
        "Every text without a hyphen is accepted as a token.",
        _accept(lambda token: bool(token) and "-" not in token),
    ),
    fault(
        "secret-not-compared",
        "The secret of a token may have any length.",
        _accept(lambda token: token.startswith("Owner00000-") and token.count("-") == 1),
    ),
    fault(
        "token-id-cut-at-ten",
        "Of the id of a token only the first ten characters count.",
        _accept(lambda token: token.startswith("Owner00000") and token.endswith(f"-{_SHARED}")),
    ),
    fault(
        "third-part-of-token-ignored",
        "What follows a second hyphen of a token is ignored.",
        _accept(lambda token: token.startswith(f"{_OWNER}-")),
    ),
    fault(
        "token-id-case-insensitive",
        "Letter case of the id of a token does not matter.",
        _accept(lambda token: token.lower() == _OWNER.lower()),
    ),
    fault(
        "authorization-header-accepted",
        "A token in the header Authorization is accepted.",
        rewrite_request(_read_bearer),
    ),
    fault(
        "signed-out-is-403",
        "A request without a good token is answered with 403.",
        instead(_is_unsigned, envelope(403, "Forbidden.")),
    ),
    fault(
        "signed-out-is-400",
        "A request without a good token is answered with 400.",
        instead(_is_unsigned, envelope(400, "Query parameters have invalid values.", "coder_session_token")),
    ),
    fault(
        "signed-out-is-404",
        "A request without a good token is answered with 404.",
        instead(_is_unsigned, envelope(404, "Route not found.")),
    ),
    fault(
        "signed-out-is-an-empty-page",
        "A request without a good token gets an empty page.",
        instead(lambda request, reply: request.is_list and reply.status == 401, page_answer([], 0)),
    ),
    fault(
        "signed-out-leads-to-login",
        "A request without a good token is sent to a login page.",
        instead(_is_unsigned, lambda reply: empty_answer(303)(reply).with_header(b"location", b"/login")),
    ),
    fault("signed-out-without-envelope", "A 401 has no body.", rewrite_answer(empty_answer(401), 401)),
    fault(
        "signed-out-without-message",
        "A 401 has no message.",
        rewrite_error(lambda envelope: without(envelope, "message"), 401),
    ),
    fault("token-after-validation", "Parameters are checked before the token.", _refuse_after(400)),
    fault(
        "token-after-route", "An unknown path is reported before the token is looked at.", _refuse_after(404)
    ),
    fault(
        "signed-out-is-500",
        "The server fails on a token without a hyphen.",
        answer_with(
            lambda request: bool(token_in(request)) and "-" not in token_in(request),
            envelope(500, "An internal server error occurred."),
        ),
    ),
)
