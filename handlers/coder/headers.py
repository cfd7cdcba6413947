"""Headers of every response of a Coder server, and its CSRF check (reference 3, 4.3)."""

from base64 import b64decode
from collections.abc import Mapping, Sequence

from auditmock.core.asgi_types import Scope
from auditmock.core.errors import PlainTextError
from auditmock.handlers.auth.tokens import find_token
from auditmock.handlers.messages.request import Headers, first_header
from auditmock.handlers.messages.response import Header, Reply, encode_headers
from auditmock.openapi.contract import TokenLocation

_CSRF = TokenLocation("cookie", "csrf_token")

_TOKEN = b"csrf_token=YXVkaXRtb2NrYXVkaXRtb2NrYXVkaXRtb2NrYXVkaXQ=; Path=/; HttpOnly; SameSite=Lax"
"""The cookie of every client. A real server's is random, but a mock has nothing to protect."""

_LENGTH = 32
"""Bytes of a token."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_CSRF_ERROR = (
    "Something is wrong with your CSRF token. Please refresh the page. If this error persists, try "
    "clearing your cookies."
)
_CSRF_MISMATCH = (
    'CSRF error encountered. Authentication via "coder_session_token" cookie and "Coder-Session-Token" '
    "header detected, but the values do not match."
)


def check_csrf(scope: Scope, token_locations: Sequence[TokenLocation]) -> None:
    """Raise ApiError (400) for a write authenticated by a cookie alone (reference 4.3)."""
    headers, query = scope["headers"], scope["query_string"]
    if scope["method"] in _SAFE:
        return
    found = {each.place: find_token(each, headers, query) for each in reversed(token_locations)}
    cookie, header = found["cookie"], found["header"]
    if not cookie or cookie in (header, found["query"]) or found.get("bearer"):
        return
    token, has_cookie = first_header(headers, b"x-csrf-token") or b"", find_token(_CSRF, headers, query)
    if _unmask(token) != _decode(has_cookie):
        raise PlainTextError(400, _CSRF_MISMATCH if header else _CSRF_ERROR)


def _decode(token: bytes) -> bytes | None:
    """Decode a token; None if it is invalid."""
    try:
        plain = b64decode(token, validate=True)
    except ValueError:
        return None
    return plain if len(plain) in (_LENGTH, 2 * _LENGTH) else None


def _unmask(token: bytes) -> bytes:
    """Decode the token of a header: plain like the cookie, or XORed with the key before it."""
    plain = _decode(token) or b""
    if len(plain) == _LENGTH:
        return plain
    return bytes(key ^ under for key, under in zip(plain[:_LENGTH], plain[_LENGTH:], strict=True))


class CoderHeaders:
    """Adds the headers of the contract's `x-server.vary` and `x-server.headers`."""

    def __init__(self, vary: Sequence[str], headers: Mapping[str, str]) -> None:
        self._with_cookie: tuple[Header, ...] = (
            *((b"vary", name.encode()) for name in vary),
            *encode_headers(headers.items()),
        )
        self._without_cookie: tuple[Header, ...] = (*self._with_cookie, (b"set-cookie", _TOKEN))

    def add(self, reply: Reply, request: Headers) -> Reply:
        """Add the headers; `request` are those of the request, or nothing if it has no cookie."""
        cookie = find_token(_CSRF, request, b"") if request else b""
        has_cookie = len(_decode(cookie) or b"") == _LENGTH
        added = self._with_cookie if has_cookie else self._without_cookie
        return Reply(reply.status, [*reply.headers, *added], reply.body)
