"""ASGI middleware: emulates a Coder server, by the contract's `x-server` (reference 2-12, 20)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.core.errors import ApiError, PlainTextError, internal_error, route_not_found
from auditmock.fixtures.encoding.serialize import go_json
from auditmock.handlers.auth.tokens import Caller, Tokens
from auditmock.handlers.coder.headers import CoderHeaders, check_csrf
from auditmock.handlers.coder.router import KNOWN_METHODS, Route, Routes
from auditmock.handlers.messages.request import first_header
from auditmock.handlers.messages.response import (
    Header,
    Reply,
    content_length,
    encode_headers,
    envelope,
    json_reply,
    send_reply,
)
from auditmock.handlers.middleware.rate_limit import RateLimiter
from auditmock.openapi.contract import Contract, Operation, TokenLocation

_log = logging.getLogger(__name__)

_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
_EMPTY: Header = (b"content-length", b"0")
_CHALLENGED_STATUSES = frozenset({401, 403})
"""Statuses of the token check; a 403 of later checks has no challenge (reference 3)."""

_PREFLIGHT_VARY = (b"Origin", b"Access-Control-Request-Method", b"Access-Control-Request-Headers")

Respond = Callable[[], Reply]
"""Executes a request."""


@dataclass(slots=True)
class RequestContext:
    """A request, and the results of the checks so far."""

    scope: Scope
    body: bytes
    route: Route
    first_headers: Mapping[bytes, bytes]
    """The first value of each header."""
    caller: Caller | None = None
    operation: Operation | None = None
    respond: Respond | None = None
    """Set by the last check."""
    organization: str = ""
    """ID of the only organization whose logs the caller may see; empty for no limit."""
    rate_headers: Sequence[Header] = ()
    """`X-RateLimit-*` headers of the response."""


RequestReader = Callable[[RequestContext], Respond]
"""Reads the parameters and the body of a request to an operation; raises ApiError (400, 500)."""


class CoderServer:
    """ASGI middleware: answers all paths of the API, passes on all others."""

    def __init__(
        self,
        app: App,
        contract: Contract,
        tokens: Tokens,
        readers: Mapping[str, RequestReader],
        limiter: RateLimiter | None = None,
    ) -> None:
        """`readers` are by operation ID."""
        server = contract.server
        self._app = app
        self._tokens = tokens
        self._readers = readers
        self._routes = Routes(contract)
        self._sends_allow: bool = server["allow"] == "present"
        self._answers_preflight: bool = server["preflight"] == "closed"
        self._gate: Mapping[str, object] = server.get("gate", {})
        self._allowed_roles = frozenset(server.get("gate", {}).get("roles", ()))
        self._organization_roles = frozenset(server.get("gate", {}).get("organization_roles", ()))
        self._denied: Mapping[str, object] = server["denied"]
        self._challenge: bool = server.get("challenge", False)
        self._coder_headers = CoderHeaders(server["vary"], server["headers"])
        checks: dict[str, Callable[[RequestContext], None]] = {
            "csrf": partial(_check_csrf, contract.token_locations),
            "method": _check_method,
            "token": self._check_token,
            "gate": self._check_gate,
            "route": self._check_route,
            "role": self._check_role,
            "contents": self._check_contents,
        }
        if limiter is not None:
            checks["rate"] = partial(_check_rate_limit, limiter)
        self._checks = tuple(checks[name] for name in server["checks"] if name in checks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._routes.find(scope) is None:
            await self._app(scope, receive, send)
            return
        body = await _read_body(receive)
        reply = self.answer(scope, {"body": body, "more_body": False})
        if reply is not None:
            await send_reply(reply, send)

    def answer(self, scope: Scope, message: Message | None) -> Reply | None:
        """Answer a request with its body in one message; None outside the API."""
        route = self._routes.find(scope)
        if route is None or message is None:
            return None
        if (
            self._answers_preflight
            and scope["method"] == "OPTIONS"
            and first_header(scope["headers"], b"access-control-request-method")
        ):
            return Reply(200, [*((b"vary", name) for name in _PREFLIGHT_VARY), _EMPTY], b"")
        request = RequestContext(scope, message["body"], route, dict(reversed(scope["headers"])))
        try:
            reply = self._run_checks(request)
        except ApiError as error:
            reply = self._error_reply(error, request)
        except Exception:  # noqa: BLE001 - logged, and answered
            _log.exception("%s %s failed", scope["method"], scope["path"])
            reply = self._error_reply(internal_error(), request)
        if request.rate_headers:
            reply = Reply(reply.status, [*reply.headers, *request.rate_headers], reply.body)
        return self._coder_headers.add(reply, scope["headers"] if b"cookie" in request.first_headers else ())

    def _run_checks(self, request: RequestContext) -> Reply:
        for check in self._checks:
            check(request)
        if request.respond is None:
            raise route_not_found()
        return request.respond()

    def _check_token(self, request: RequestContext) -> None:
        if request.route.requires_token:
            scope = request.scope
            token = self._tokens.find(scope["headers"], scope["query_string"], request.first_headers)
            request.caller = self._tokens.open_session(token)

    def _check_gate(self, request: RequestContext) -> None:
        caller = request.caller
        if caller and caller.roles.isdisjoint(self._allowed_roles):
            if caller.roles.isdisjoint(self._organization_roles):
                raise _denied_error(self._gate)
            request.organization = caller.organization

    def _check_route(self, request: RequestContext) -> None:
        operations = request.route.operations
        if not operations:
            raise route_not_found()
        request.operation = operations.get(request.scope["method"])
        if request.operation is None:
            raise ApiError(405, "", headers=(("Allow", ", ".join(operations)),) if self._sends_allow else ())

    def _check_role(self, request: RequestContext) -> None:
        if request.caller and request.operation and request.caller.roles.isdisjoint(request.operation.roles):
            raise _denied_error(self._denied)

    def _check_contents(self, request: RequestContext) -> None:
        if request.operation:
            request.respond = self._readers[request.operation.id](request)

    def _error_reply(self, error: ApiError, request: RequestContext) -> Reply:
        headers = encode_headers(error.headers)
        if not error.message:
            return Reply(error.status, [_EMPTY, *headers], b"")
        if self._challenge and error.status in _CHALLENGED_STATUSES and request.caller is None:
            headers.append((b"www-authenticate", _challenge(error, request.scope)))
        if isinstance(error, PlainTextError):
            text = error.message.encode() + b"\n"
            return Reply(error.status, [_TEXT, content_length(text), *headers], text)
        return go_json_reply(error.status, envelope(error), headers)


def _check_csrf(token_locations: Sequence[TokenLocation], request: RequestContext) -> None:
    if b"cookie" in request.first_headers:
        check_csrf(request.scope, token_locations)


def _check_method(request: RequestContext) -> None:
    if request.scope["method"] not in KNOWN_METHODS:
        raise ApiError(405, "")


def _check_rate_limit(limiter: RateLimiter, request: RequestContext) -> None:
    request.rate_headers = limiter.take(request.scope)


def go_json_reply(status: int, value: Any, headers: Sequence[Header] = ()) -> Reply:
    return json_reply(status, go_json(value) + b"\n", headers)


def caller_of(request: RequestContext) -> Caller:
    """Return the caller; raises ApiError (404) if there is none."""
    if request.caller is None:
        raise route_not_found()
    return request.caller


def _denied_error(words: Mapping[str, object]) -> ApiError:
    return ApiError(int(str(words["status"])), str(words["message"]), detail=str(words.get("detail", "")))


def _challenge(error: ApiError, scope: Scope) -> bytes:
    """Build `WWW-Authenticate`; like Coder, look for "expired" in the error (reference 4.2)."""
    expired = "expired" in error.message or "expired" in error.detail
    reason = "The access token has expired" if expired else "The access token is invalid"
    host = (first_header(scope["headers"], b"host") or b"localhost").decode("latin-1")
    metadata = f"{scope.get('scheme', 'http')}://{host}/.well-known/oauth-protected-resource"
    return (
        f'Bearer realm="coder", error="invalid_token", error_description="{reason}", '
        f'resource_metadata="{metadata}"'
    ).encode("latin-1")


async def _read_body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
