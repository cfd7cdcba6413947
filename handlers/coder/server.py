"""A deployed server: answers as the extensions of its contract say, `x-server` first (reference 2-12, 20)."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

from auditmock.core.asgi import App, Message, Receive, Scope, Send
from auditmock.core.constants import JSON_TYPE
from auditmock.core.errors import ApiError, PlainTextError, internal_error, route_not_found
from auditmock.fixtures.encoding.serialize import go_json
from auditmock.handlers.auth.tokens import Caller, Tokens
from auditmock.handlers.coder.headers import CoderHeaders, check_csrf
from auditmock.handlers.coder.router import KNOWN_METHODS, Route, Routes
from auditmock.handlers.messages.request import ReceivedRequest, first_header
from auditmock.handlers.messages.response import Header, Reply, envelope
from auditmock.handlers.middleware.rate_limit import RateLimiter
from auditmock.openapi.contract import Contract, Operation, TokenLocation

_log = logging.getLogger(__name__)

_JSON: Header = (b"content-type", JSON_TYPE.encode())
_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
_EMPTY: Header = (b"content-length", b"0")
_CHALLENGING = frozenset({401, 403})
"""What the check of the token answers; a 403 of later checks challenges nobody (reference 3)."""

_PREFLIGHT_VARY = (b"Origin", b"Access-Control-Request-Method", b"Access-Control-Request-Headers")

Finish = Callable[[Scope, Reply, Send, ReceivedRequest], Awaitable[None]]


Act = Callable[[], Reply]
"""Does what a request asks for."""


@dataclass(slots=True)
class RequestContext:
    """A request on its way through the checks, and what they have found out."""

    scope: Scope
    body: bytes
    route: Route
    first: Mapping[bytes, bytes]
    """The first value of each header."""
    caller: Caller | None = None
    operation: Operation | None = None
    act: Act | None = None
    """What is to be done, once all checks have passed."""
    organization: str = ""
    """The id of the one whose logs alone the caller may see, if the caller is bounded so."""
    told: Sequence[Header] = ()
    """What every answer from there on tells of the rate limit."""


Contents = Callable[[RequestContext], Act]
"""Reads the parameters and the body of a request to an operation; refuses (400, 500) them."""


class Entrance(NamedTuple):
    """What lets a request in: the tokens, and the rate limit if there is one."""

    tokens: Tokens
    toll: RateLimiter | None = None


class CoderServer:
    """An ASGI app in front of another one: takes all paths of the API."""

    def __init__(
        self,
        app: App,
        contract: Contract,
        entrance: Entrance,
        contents: Mapping[str, Contents],
        finish: Finish,
    ) -> None:
        """Take the app behind, and by operation id what reads a request and what then answers it."""
        server = contract.server
        self._app = app
        self._finish = finish
        self._tokens, toll = entrance
        self._contents = contents
        self._routes = Routes(contract)
        self._allow: bool = server["allow"] == "present"
        self._closed: bool = server["preflight"] == "closed"
        self._gate: Mapping[str, object] = server.get("gate", {})
        self._inside = frozenset(server.get("gate", {}).get("roles", ()))
        self._bounded = frozenset(server.get("gate", {}).get("organization_roles", ()))
        self._denied: Mapping[str, object] = server["denied"]
        self._challenge: bool = server.get("challenge", False)
        self._crumbs = CoderHeaders(server["vary"], server["headers"])
        checks: dict[str, Callable[[RequestContext], None]] = {
            "csrf": partial(_check_crossing, contract.token_locations),
            "method": _check_method,
            "token": self._check_token,
            "gate": self._check_gate,
            "route": self._check_route,
            "role": self._check_role,
            "contents": self._check_contents,
        }
        if toll is not None:
            checks["rate"] = partial(_check_rate_limit, toll)
        self._checks = tuple(checks[name] for name in server["checks"] if name in checks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app behind do it."""
        if scope["type"] != "http" or self._routes.find(scope) is None:
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        body = await _read_body(receive)
        reply = self.answer(scope, {"body": body, "more_body": False})
        if reply is not None:
            await self._finish(scope, reply, send, ReceivedRequest(started, body))

    def answer(self, scope: Scope, message: Message | None) -> Reply | None:
        """Answer a request whose body has come in one message; None outside the API."""
        route = self._routes.find(scope)
        if route is None or message is None:
            return None
        if self._closed and _is_preflight(scope):
            return Reply(200, [*((b"vary", name) for name in _PREFLIGHT_VARY), _EMPTY], b"")
        visit = RequestContext(scope, message["body"], route, dict(reversed(scope["headers"])))
        try:
            reply = self._pass(visit)
        except ApiError as error:
            reply = self._refuse(error, visit)
        except Exception:  # noqa: BLE001 - logged, and answered
            _log.exception("%s %s failed", scope["method"], scope["path"])
            reply = self._refuse(internal_error(), visit)
        if visit.told:
            reply = Reply(reply.status, [*reply.headers, *visit.told], reply.body)
        return self._crumbs.add(reply, scope["headers"] if b"cookie" in visit.first else ())

    def _pass(self, visit: RequestContext) -> Reply:
        for check in self._checks:
            check(visit)
        if visit.act is None:
            raise route_not_found()
        return visit.act()

    def _check_token(self, visit: RequestContext) -> None:
        if visit.route.guarded:
            scope = visit.scope
            token = self._tokens.find(scope["headers"], scope["query_string"], visit.first)
            visit.caller = self._tokens.open(token)

    def _check_gate(self, visit: RequestContext) -> None:
        caller = visit.caller
        if caller and caller.roles.isdisjoint(self._inside):
            if caller.roles.isdisjoint(self._bounded):
                raise _denial(self._gate)
            visit.organization = caller.organization

    def _check_route(self, visit: RequestContext) -> None:
        operations = visit.route.operations
        if not operations:
            raise route_not_found()
        visit.operation = operations.get(visit.scope["method"])
        if visit.operation is None:
            raise ApiError(405, "", headers=(("Allow", ", ".join(operations)),) if self._allow else ())

    def _check_role(self, visit: RequestContext) -> None:
        if visit.caller and visit.operation and visit.caller.roles.isdisjoint(visit.operation.roles):
            raise _denial(self._denied)

    def _check_contents(self, visit: RequestContext) -> None:
        if visit.operation:
            visit.act = self._contents[visit.operation.id](visit)

    def _refuse(self, error: ApiError, visit: RequestContext) -> Reply:
        headers = [(name.lower().encode(), value.encode()) for name, value in error.headers]
        if not error.message:
            return Reply(error.status, [_EMPTY, *headers], b"")
        if self._challenge and error.status in _CHALLENGING and visit.caller is None:
            headers.append((b"www-authenticate", _challenge(error, visit.scope)))
        if isinstance(error, PlainTextError):
            text = error.message.encode() + b"\n"
            return Reply(error.status, [_TEXT, (b"content-length", b"%d" % len(text)), *headers], text)
        return json_reply(error.status, envelope(error), headers)


def _check_crossing(token_locations: Sequence[TokenLocation], visit: RequestContext) -> None:
    if b"cookie" in visit.first:
        check_csrf(visit.scope, token_locations)


def _check_method(visit: RequestContext) -> None:
    if visit.scope["method"] not in KNOWN_METHODS:
        raise ApiError(405, "")


def _check_rate_limit(toll: RateLimiter, visit: RequestContext) -> None:
    visit.told = toll.take(visit.scope)


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and bool(
        first_header(scope["headers"], b"access-control-request-method")
    )


def json_reply(status: int, value: Any, headers: Sequence[Header] = ()) -> Reply:
    """Answer with JSON as Go writes it."""
    body = go_json(value) + b"\n"
    return Reply(status, [_JSON, (b"content-length", b"%d" % len(body)), *headers], body)


def caller_of(visit: RequestContext) -> Caller:
    """Give the caller of a visit that takes a token, so that there is one; refuses (404) if not."""
    if visit.caller is None:
        raise route_not_found()
    return visit.caller


def _denial(words: Mapping[str, object]) -> ApiError:
    return ApiError(int(str(words["status"])), str(words["message"]), detail=str(words.get("detail", "")))


def _challenge(error: ApiError, scope: Scope) -> bytes:
    """Write `WWW-Authenticate`; the server looks for one word in its own texts (reference 4.2)."""
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
