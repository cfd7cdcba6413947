"""ASGI middleware: answers valid requests directly and passes all others on unchanged.

It stands in front of Connexion and takes a request only if it is certainly valid: a route of
the contract, a valid token, an allowed role, simple headers, well-formed parameters or a small, complete
body. Every other request goes to Connexion, which alone reports errors. Both answer valid requests alike
(`tests/app/api/test_fast_path.py`). It reads queries by itself, because it rejects what other readers repair.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from string import hexdigits
from typing import Any, NoReturn

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.core.errors import ApiError, internal_error
from auditmock.core.models import Page
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.audit import AuditOperations
from auditmock.handlers.auth.tokens import Caller, Tokens
from auditmock.handlers.messages.request import (
    BODY_LIMIT,
    FAST_PATH_TRIED,
    UUID,
    NewLogReader,
    read_string_object,
    replay,
)
from auditmock.handlers.messages.response import Reply, error_reply, send_reply
from auditmock.openapi.contract import Contract, Operation

_log = logging.getLogger(__name__)

_PLAIN_ACCEPT = frozenset({b"*/*", b"application/json", b"application/json, text/plain, */*"})
_PLAIN_JSON = frozenset(
    {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
)
_UNSUPPORTED_HEADERS = frozenset({b"transfer-encoding", b"content-encoding", b"prefer"})
_PLAIN_HEADERS = frozenset({b"accept", b"cookie", b"content-type", b"content-length"})
_MAX_DIGITS = 10


class _NotPlainError(ValueError):
    """The request is not certainly valid."""


class FastPath:
    def __init__(self, app: App, contract: Contract, tokens: Tokens, operations: AuditOperations) -> None:
        self._app = app
        self._tokens = tokens
        self._operations = operations
        self._new_logs = NewLogReader(contract)
        names = {each.place: each.name for each in contract.token_locations}
        self._token_header = names["header"].lower().encode()
        self._checked_headers = _UNSUPPORTED_HEADERS | _PLAIN_HEADERS | {self._token_header}
        self._token_parameter = names["query"].encode()
        listing = contract.operations["get-audit-logs"]
        writing = contract.operations["generate-fake-audit-logs"]
        self._parameters = {
            each["name"].encode(): _query_reader(each["schema"]) for each in listing.parameters
        }
        fields = contract.schema("CreateTestAuditLogRequest")["properties"]
        self._fields = {name: _field_reader(contract.merged(schema)) for name, schema in fields.items()}
        self._routes: Mapping[tuple[str, str], tuple[Operation, Answer]] = {
            (listing.method, listing.path): (listing, self._list),
            (writing.method, writing.path): (writing, self._write),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None or FAST_PATH_TRIED in scope:
            await self._app(scope, receive, send)
            return
        message = await receive() if route[0].takes_body else None
        reply = self.answer(scope, message)
        if reply is not None:
            await send_reply(reply, send)
        else:
            await self._app(scope, receive if message is None else replay(message, receive), send)

    def handles(self, scope: Scope) -> bool:
        return (scope["method"], scope["path"]) in self._routes

    def answer(self, scope: Scope, message: Message | None) -> Reply | None:
        """Answer a request with its body in one message; None, without effects, if it may be invalid."""
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None:
            return None
        operation, answer = route
        try:
            return answer(scope, operation, message)
        except (ValueError, ApiError):
            return None
        except Exception:  # noqa: BLE001 - logged, and answered
            _log.exception("%s %s failed", scope["method"], scope["path"])
            return error_reply(internal_error())

    def _list(self, scope: Scope, operation: Operation, _message: Message | None) -> Reply:
        caller, content = self._check_headers(scope, operation)
        values = self._read_query(scope["query_string"])
        if content is not None or b"q" not in values:
            raise _NotPlainError
        page = Page(values.get(b"limit", 0), values.get(b"offset", 0), values.get(b"after_id"))
        return self._operations.get_audit_logs(caller, values[b"q"], page)

    def _write(self, scope: Scope, operation: Operation, message: Message | None) -> Reply:
        caller, content = self._check_headers(scope, operation)
        if content not in _PLAIN_JSON or message is None or message.get("more_body") or scope["query_string"]:
            raise _NotPlainError
        body = self._read_body(message.get("body", b""))
        return self._operations.generate_fake_audit_logs(caller, self._new_logs.read(body, scope))

    def _check_headers(self, scope: Scope, operation: Operation) -> tuple[Caller, bytes | None]:
        """Check the headers; returns the caller and, if there is a body, its content type."""
        token = content_type = length = None
        cookie = False
        for name, value in scope["headers"]:
            if name not in self._checked_headers:
                continue
            if name == self._token_header:
                token = value if token is None else _not_plain()
            elif name == b"content-length":
                length = value
            elif name == b"content-type":
                content_type = value if content_type is None else _not_plain()
            elif name == b"cookie":
                cookie = True
            elif name != b"accept" or value not in _PLAIN_ACCEPT:
                raise _NotPlainError
        if cookie or b"token" in scope["query_string"]:
            token = self._tokens.find(scope["headers"], scope["query_string"])
        caller = self._tokens.open_session(token or b"")
        caller.require_role(operation.roles)
        return caller, None if length in (None, b"0") else content_type or b""

    def _read_query(self, query: bytes) -> dict[bytes, Any]:
        if not query.isascii():
            raise _NotPlainError
        values: dict[bytes, Any] = {}
        for pair in query.split(b"&"):
            name, _, text = pair.partition(b"=")
            read = self._parameters.get(name)
            if read is not None and name not in values:
                values[name] = read(text)
            elif name != self._token_parameter:
                raise _NotPlainError
        return values

    def _read_body(self, body: bytes) -> dict[str, Any]:
        values = read_string_object(body) if len(body) <= BODY_LIMIT else _not_plain()
        if not values.keys() <= self._fields.keys():
            raise _NotPlainError
        return {name: self._fields[name](text) for name, text in values.items()}


Answer = Callable[[Scope, Operation, Message | None], Reply]


def _not_plain() -> NoReturn:
    raise _NotPlainError


def _query_reader(schema: Mapping[str, Any]) -> Callable[[bytes], Any]:
    """Make a reader of a parameter's value in a query; it raises ValueError."""
    if schema["type"] == "integer":
        return partial(_read_number, schema["minimum"], schema["maximum"])
    return (lambda text: _read_uuid(text.decode())) if schema.get("format") == "uuid" else _unescape


def _read_number(minimum: int, maximum: int, text: bytes) -> int:
    number = int(text) if text.isdigit() and len(text) <= _MAX_DIGITS else _not_plain()
    return number if minimum <= number <= maximum else _not_plain()


_BYTES = {(high + low).encode(): bytes.fromhex(high + low) for high in hexdigits for low in hexdigits}
"""Decoded bytes by their two hexadecimal digits."""


def _unescape(text: bytes) -> str:
    """Decode percent-encoding, several times as fast as the standard library."""
    start, *escaped = text.replace(b"+", b" ").split(b"%")
    try:
        return b"".join([start, *[_BYTES[part[:2]] + part[2:] for part in escaped]]).decode()
    except KeyError:
        raise _NotPlainError from None


def _field_reader(schema: Mapping[str, Any]) -> Callable[[str], Any]:
    """Make a reader of a field's value; it raises ValueError."""
    if "enum" in schema:
        return partial(_read_enum, frozenset(schema["enum"]))
    return _FORMATS[schema["format"]]


def _read_enum(words: frozenset[str], text: str) -> str:
    return text if text in words else _not_plain()


def _read_uuid(text: str) -> str:
    return text if UUID.fullmatch(text) else _not_plain()


_FORMATS: Mapping[str, Callable[[str], Any]] = {"uuid": _read_uuid, "date-time": parse_timestamp}
