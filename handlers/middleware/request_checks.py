"""ASGI middleware: checks of routes, headers and body size that Connexion lacks.

In the contract's order: role (403), `Accept` (406), size (413), type (415) and presence (400) of a body.
"""

import re

from connexion.lifecycle import ConnexionRequest
from connexion.middleware.abstract import ROUTING_CONTEXT
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.core.errors import (
    body_too_large,
    invalid_body,
    invalid_parameters,
    method_not_allowed,
    not_acceptable,
    route_not_found,
    unsupported_media_type,
)
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.messages.hints import clip, suggest
from auditmock.handlers.messages.request import (
    BODY_LIMIT,
    QUERY_PROBLEMS,
    Headers,
    first_header,
    join_headers,
    replay,
)
from auditmock.handlers.messages.routes import PathTable
from auditmock.openapi.contract import Contract


class RouteCheck:
    """Checks path and method.

    Connexion's router answers HEAD, redirects a trailing slash, lists the methods of one route only, and does
    not explain invalid path parameters. Below the shortest path, a token is required.
    """

    def __init__(self, app: App, *, contract: Contract, tokens: Tokens | None) -> None:
        self._app = app
        self._tokens = tokens
        self._paths = PathTable(contract)
        self._signed_in = min(self._paths.templates, key=len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or reject it: below the audit path, 401 precedes 404 and 405 (reference 2)."""
        if scope["type"] == "http":
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        path = scope["path"]
        found = self._paths.find(path)
        if found and scope["method"] in found.methods:
            if problems := list(self._paths.problems(path)):
                raise invalid_parameters(problems)
            return
        if self._tokens and (path == self._signed_in or path.startswith(self._signed_in + "/")):
            self._tokens.authenticate(scope)
        if found:
            raise method_not_allowed(clip(path), ", ".join(found.methods))
        raise route_not_found(f"Unknown path {clip(path)}. {suggest(path, self._paths.templates)}")


_JSON = "application/json"
_OUR_CHARSET = re.compile(r';\s*charset="?utf-8"?', re.IGNORECASE)
"""The parameter of the responses' media type, optional in `Accept`."""

_READ_LIMIT = 16 * BODY_LIMIT
"""Bytes of a body that are read before it is rejected."""

_REWRITTEN = frozenset({b"content-type", b"content-length", b"transfer-encoding"})


class RequestCheck:
    """Checks role, headers and body, after Connexion's routing and security."""

    def __init__(self, app: App, *, contract: Contract) -> None:
        self._app = app
        self._operations = contract.operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        operation = self._operations[scope["extensions"][ROUTING_CONTEXT]["operation_id"]]
        if operation.roles:
            ConnexionRequest(scope).context["user"].require_role(operation.roles)
        _check_accept(scope["headers"], operation.types)
        body = await read_body(receive, BODY_LIMIT)
        if operation.takes_body:
            _check_type(scope["headers"])
            if not body:
                raise invalid_body(
                    "The body is empty. Send an object; {} selects the default of every field."
                )
            scope[QUERY_PROBLEMS] = []
        await self._app(*_with_body(scope, body, receive), send)


def _check_accept(headers: Headers, types: frozenset[str]) -> None:
    accept = join_headers(headers, b"accept")
    accepted = parse_accept_header(_OUR_CHARSET.sub("", accept), MIMEAccept)
    if accept and not any(accepted.quality(each) for each in types):
        raise not_acceptable(accept, " or ".join(sorted(types)))


def _check_type(headers: Headers) -> None:
    types = [value.decode("latin-1") for name, value in headers if name == b"content-type"]
    if len(types) != 1:
        found = f"{len(types)} Content-Type headers" if types else "no Content-Type"
        raise unsupported_media_type(f"The request has {found}")
    media_type, parameters = parse_options_header(types[0])
    parameters |= {each: "" for each in types[0].split(";")[1:] if each.strip() and "=" not in each}
    charset = parameters.pop("charset", "utf-8")
    if media_type.lower() != _JSON or parameters or charset.lower() != "utf-8":
        raise unsupported_media_type(f'Content-Type "{types[0]}" is not supported')
    if encoding := first_header(headers, b"content-encoding"):
        name = encoding.decode("latin-1")
        raise unsupported_media_type(f'Content-Encoding "{name}" is not supported')


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read a whole body, even one that is too large: a client that still sends would miss the response."""
    body, size, more = bytearray(), 0, True
    while more and size <= _READ_LIMIT:
        message = await receive()
        if message["type"] == "http.disconnect":
            # nobody reads the response, but half a request must have no effect
            raise invalid_body("The body is incomplete.")
        part = message.get("body", b"")
        size += len(part)
        if size <= limit:
            body += part
        more = message.get("more_body", False)
    if size > limit:
        raise body_too_large(limit)
    return bytes(body)


def _with_body(scope: Scope, body: bytes, receive: Receive) -> tuple[Scope, Receive]:
    """Pass on a request whose body has been read, in the form that Connexion understands."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _REWRITTEN]
    headers += [(b"content-type", _JSON.encode()), (b"content-length", b"%d" % len(body))]
    message: Message = {"type": "http.request", "body": body, "more_body": False}
    return {**scope, "headers": headers}, replay(message, receive)
