"""Disturbance: lets faults happen to requests, and what a client prefers."""

import asyncio
import socket
import struct
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol

from auditmock.core.asgi import App, Message, Receive, Scope, Send
from auditmock.core.constants import HINT_HEADER
from auditmock.core.errors import ApiError
from auditmock.fixtures.faults import InjectedFault, WorldsWithFaults
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.messages.hints import write_hints
from auditmock.handlers.messages.request import ReceivedRequest
from auditmock.handlers.messages.response import Header, Reply, error_reply
from auditmock.handlers.middleware.prefer import PREFER, Preference, read_preference
from auditmock.handlers.recording.request_log import FAULT
from auditmock.openapi.contract import Contract

TRANSPORT = "auditmock.transport"
"""The extension of a scope by which its connection can be broken off."""

STATUSES = (400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 502, 503, 504)
"""What a fault of kind status, and `Prefer: code`, can be."""

_DETAIL = "The mock was asked to answer so."
_RETRY_AFTER = {429: "60", 503: "60"}
_PIECES = 20
"""Pieces that a slow body comes in."""

_HINT = HINT_HEADER.lower().encode()
_RESET = struct.pack("ii", 1, 0)


class ResponseRecorder(Protocol):
    """Keeps the books of answers: numbers, request_log, access lines."""

    async def finish(self, scope: Scope, reply: Reply, send: Send, arrival: ReceivedRequest) -> None:
        """Send a reply, and note it."""

    def lose(self, scope: Scope, started: float) -> None:
        """Note a request that gets no answer."""


class FaultMiddleware:
    """An ASGI app in front of another one."""

    def __init__(
        self,
        app: App,
        contract: Contract,
        tokens: Tokens,
        worlds_with_faults: WorldsWithFaults,
        accounts: ResponseRecorder,
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._accounts = accounts
        self._worlds_with_faults = worlds_with_faults
        self._takes_wishes = not contract.server
        self._operations = {(each.method, each.path): each for each in contract.operations.values()}
        self._below = contract.base_path + "/"
        self._messages = _messages(contract)

    def __bool__(self) -> bool:
        return bool(self._worlds_with_faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or let something happen to it."""
        if scope["type"] != "http" or not scope["path"].startswith(self._below):
            await self._app(scope, receive, send)
            return
        wish = read_preference(scope["headers"], STATUSES) if self._takes_wishes else None
        if wish is not None:
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != PREFER]
            send = _say_what_applied(wish, send)
        hit = _join(wish, None if wish and wish.status else self._strike(scope))
        if hit is None:
            await self._app(scope, receive, send)
        else:
            scope[FAULT] = hit.kind
            await self._disturb(hit, scope, receive, send)

    def _strike(self, scope: Scope) -> InjectedFault | None:
        """Find what happens to a request in the world of its token; nothing without a good one."""
        if not self._worlds_with_faults:
            return None
        try:
            caller = self._tokens.open(self._tokens.find(scope["headers"], scope["query_string"]))
        except ApiError:
            return None
        operation = self._operations.get((scope["method"], scope["path"]))
        return caller.world.faults.strike(operation.id if operation else "")

    async def _disturb(self, hit: InjectedFault, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        if hit.milliseconds:
            await asyncio.sleep(hit.milliseconds / 1000)
        fault = hit.fault or {}
        match fault.get("kind"):
            case "status":
                await self._accounts.finish(scope, self._error(fault), send, ReceivedRequest(started, b""))
            case "reset" | "empty_reply":
                self._accounts.lose(scope, started)
                await _break_off(scope, receive, reset=fault["kind"] == "reset")
            case None:
                await self._app(scope, receive, send)
            case _:
                whole = _Whole()
                await self._app(scope, receive, whole.take)
                await _BODIES[fault["kind"]](fault, whole, scope, (receive, send))

    def _error(self, fault: Mapping[str, Any]) -> Reply:
        status: int = fault["status"]
        headers = []
        if status in _RETRY_AFTER:
            headers.append(("Retry-After", str(fault.get("retry_after", _RETRY_AFTER[status]))))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "GET, POST"))
        message = self._messages.get(status) or f"{HTTPStatus(status).phrase}."
        return error_reply(ApiError(status, message, detail=_DETAIL, headers=tuple(headers)))


class _Whole:
    """Takes in an answer whole."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


Line = tuple[Receive, Send]


async def _send_slowly(fault: Mapping[str, Any], whole: _Whole, _scope: Scope, line: Line) -> None:
    _, send = line
    await send(whole.start)
    size = max(len(whole.body) // _PIECES, 1)
    for start in range(0, len(whole.body), size):
        await asyncio.sleep(fault["milliseconds"] / 1000 / _PIECES)
        await send(
            {"type": "http.response.body", "body": whole.body[start : start + size], "more_body": True}
        )
    await send({"type": "http.response.body", "body": b""})


async def _send_half(_fault: Mapping[str, Any], whole: _Whole, scope: Scope, line: Line) -> None:
    receive, send = line
    await send(whole.start)
    if not whole.body:
        await send({"type": "http.response.body", "body": b""})
        return
    half = whole.body[: len(whole.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await _break_off(scope, receive, reset=False)


async def _send_broken(_fault: Mapping[str, Any], whole: _Whole, _scope: Scope, line: Line) -> None:
    _, send = line
    await send(whole.start)
    # as long as it was: an object that begins as a list
    await send({"type": "http.response.body", "body": whole.body.replace(b"{", b"[", 1)})


_BODIES = {"slow_body": _send_slowly, "truncated_body": _send_half, "malformed_json": _send_broken}


async def _break_off(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close the connection of a request, by a reset or in peace, and wait until it is closed."""
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the connection is broken off, as was asked for")
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _join(wish: Preference | None, struck: InjectedFault | None) -> InjectedFault | None:
    """Add what a client wishes for to what strikes its request: the wait is longer, its status goes first."""
    if wish is None or not (wish.status or wish.wait):
        return struck
    fault = {"kind": "status", "status": wish.status} if wish.status else struck and struck.fault
    return InjectedFault(wish.wait * 1000 + (struck.milliseconds if struck else 0), fault)


def _say_what_applied(wish: Preference, send: Send) -> Send:
    """Add to an answer what of the client's wishes was followed, and what was not understood."""
    applied: list[Header] = []
    if wish.applied:
        applied.append((b"preference-applied", ", ".join(wish.applied).encode()))

    async def saying(message: Message) -> None:
        if message["type"] == "http.response.start":
            hints = [value for name, value in message["headers"] if name == _HINT]
            hints += [write_hints(wish.hints).encode()] if wish.hints else []
            others = [(name, value) for name, value in message["headers"] if name != _HINT]
            told = [(_HINT, b"; ".join(hints))] if hints else []
            message["headers"] = [*others, *told, *applied]
        await send(message)

    return saying


def _messages(contract: Contract) -> Mapping[int, str]:
    """Give, by status, the message that the contract's examples have."""
    found: dict[int, str] = {}
    for methods in contract.document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = contract.resolve(response).get("content", {}).get("application/json", {})
                examples: Sequence[Any] = [
                    content.get("example"),
                    *(each.get("value") for each in content.get("examples", {}).values()),
                ]
                told = (each["message"] for each in examples if isinstance(each, dict) and "message" in each)
                found.setdefault(int(status), next(told, ""))
    return found
