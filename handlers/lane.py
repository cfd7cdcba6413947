"""The fast lane: answers at once what is provably valid and passes everything else on untouched.

It stands in front of Connexion and takes a request only when nothing about it needs judging: a route of
the contract, a good token, an allowed role, plain headers, well-formed parameters or a small complete
body. Whatever is odd in any way goes to Connexion, the one judge of errors, which answers the good alike
(`tests/app/test_lane.py` holds the two against each other).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn
from urllib.parse import unquote_plus

import orjson

from auditmock.asgi import App, Message, Receive, Scope, Send
from auditmock.errors import Refusal
from auditmock.handlers.operations import Operations
from auditmock.handlers.request import BROKEN_ESCAPE, NUMBER, UUID, NewLogs
from auditmock.handlers.tokens import Caller, Tokens
from auditmock.handlers.wire import Reply, send_reply
from auditmock.instants import parse_instant
from auditmock.models import Page
from auditmock.openapi import Contract, Operation

_PLAIN_ACCEPT = frozenset({b"*/*", b"application/json", b"application/json, text/plain, */*"})
_PLAIN_JSON = frozenset(
    {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
)
_ODD_HEADERS = frozenset({b"transfer-encoding", b"content-encoding", b"origin"})
_QUOTES_A_MEMBER = 4
"""In an object whose keys and values are strings without quotes in them; more means a key given twice."""


class _Odd(ValueError):  # noqa: N818 - no error: a request for the judge
    """Something about the request needs judging."""


class Lane:
    """An ASGI app in front of another one."""

    def __init__(self, app: App, contract: Contract, tokens: Tokens, operations: Operations) -> None:
        self._app = app
        self._tokens = tokens
        self._operations = operations
        self._new_logs = NewLogs(contract)
        names = {carrier.place: carrier.name for carrier in contract.carriers}
        self._token_header = names["header"].lower().encode()
        self._token_parameter = names["query"]
        listing = contract.operations["get-audit-logs"]
        writing = contract.operations["generate-fake-audit-logs"]
        self._parameters = {each["name"]: _reader(each["schema"]) for each in listing.parameters}
        self._required = {each["name"] for each in listing.parameters if each.get("required")}
        fields = contract.schema("CreateTestAuditLogRequest")["properties"]
        self._fields = {name: _reader(contract.whole(schema)) for name, schema in fields.items()}
        self._routes: Mapping[tuple[str, str], tuple[Operation, Answer]] = {
            (listing.method, listing.path): (listing, self._list),
            (writing.method, writing.path): (writing, self._write),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app behind do it."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        operation, answer = route
        message: Message = {}
        if operation.takes_body:
            message = await receive()
            receive = _replay(message, receive)
        try:
            reply = answer(scope, operation, message)
        except (ValueError, Refusal):
            reply = None
        if reply is None:
            await self._app(scope, receive, send)
        else:
            await send_reply(reply, send)

    def _list(self, scope: Scope, operation: Operation, _message: Message) -> Reply:
        caller, content = self._admit(scope, operation)
        if content is not None:
            raise _Odd
        values = self._read_query(scope["query_string"])
        page = Page(values.get("limit", 0), values.get("offset", 0), values.get("after_id"))
        return self._operations.get_audit_logs(caller, values["q"], page)

    def _write(self, scope: Scope, operation: Operation, message: Message) -> Reply:
        caller, content = self._admit(scope, operation)
        if content not in _PLAIN_JSON or message.get("more_body") or scope["query_string"]:
            raise _Odd
        client = scope["client"] or ("",)
        body = self._read_body(message.get("body", b""))
        return self._operations.generate_fake_audit_logs(
            caller, self._new_logs.read(body, scope["headers"], client[0])
        )

    def _admit(self, scope: Scope, operation: Operation) -> tuple[Caller, bytes | None]:
        """Look the headers over; gives the caller and, if a body comes, its content type."""
        token = content_type = length = None
        cookie = False
        for name, value in scope["headers"]:
            if name == self._token_header:
                token = value if token is None else _odd()
            elif name == b"accept":
                if value not in _PLAIN_ACCEPT:
                    raise _Odd
            elif name == b"cookie":
                cookie = True
            elif name == b"content-type":
                content_type = value if content_type is None else _odd()
            elif name in _ODD_HEADERS:
                raise _Odd
            elif name == b"content-length":
                length = value
        if cookie or b"token" in scope["query_string"]:
            token = self._tokens.find(scope["headers"], scope["query_string"])
        caller = self._tokens.open(token or b"")
        caller.must_be(operation.roles)
        return caller, None if length in (None, b"0") else content_type or b""

    def _read_query(self, query: bytes) -> dict[str, Any]:
        if b"%" in query and BROKEN_ESCAPE.search(query):
            raise _Odd
        values: dict[str, Any] = {}
        for pair in query.decode("ascii").split("&"):
            name, _, text = pair.partition("=")
            if name == self._token_parameter:
                continue
            if name not in self._parameters or name in values:
                raise _Odd
            if "%" in text or "+" in text:
                text = unquote_plus(text, errors="strict")
            values[name] = self._parameters[name](text)
        if not self._required <= values.keys():
            raise _Odd
        return values

    def _read_body(self, body: bytes) -> dict[str, Any]:
        values = orjson.loads(body)
        if not isinstance(values, dict) or body.count(b'"') != _QUOTES_A_MEMBER * len(values):
            raise _Odd
        for name, text in values.items():
            if name not in self._fields or not isinstance(text, str):
                raise _Odd
            values[name] = self._fields[name](text)
        return values


Answer = Callable[[Scope, Operation, Message], Reply]


def _odd() -> NoReturn:
    raise _Odd


def _reader(schema: Mapping[str, Any]) -> Callable[[str], Any]:
    """Make a function that reads a value of a schema or finds it odd."""
    if schema["type"] == "integer":
        return partial(_read_number, schema["minimum"], schema["maximum"])
    if "enum" in schema:
        return partial(_read_word, frozenset(schema["enum"]))
    return _READERS[schema.get("format", "")]


def _read_number(minimum: int, maximum: int, text: str) -> int:
    number = int(text) if NUMBER.fullmatch(text) else _odd()
    return number if minimum <= number <= maximum else _odd()


def _read_word(words: frozenset[str], text: str) -> str:
    return text if text in words else _odd()


def _read_uuid(text: str) -> str:
    return text if UUID.fullmatch(text) else _odd()


def _read_text(text: str) -> str:
    return _odd() if "\0" in text else text


_READERS: Mapping[str, Callable[[str], Any]] = {
    "": _read_text,
    "uuid": _read_uuid,
    "date-time": parse_instant,
}


def _replay(message: Message, receive: Receive) -> Receive:
    """Give a message that was received once more, then go on receiving."""
    waiting = [message]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
