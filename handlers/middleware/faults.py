"""ASGI middleware: injects the faults of the caller's world and those requested by `Prefer` (RFC 7240)."""

import asyncio
import re
import socket
import struct
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.core.errors import ApiError
from auditmock.fixtures.faults import InjectedFault, WorldsWithFaults
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.messages.hints import clip, write_hints
from auditmock.handlers.messages.request import Headers
from auditmock.handlers.messages.response import HINT, Header, Reply, error_reply, send_reply
from auditmock.handlers.recording.request_log import FAULT
from auditmock.openapi.contract import Contract

TRANSPORT = "auditmock.transport"
"""Scope extension with the transport, by which the connection can be closed."""

STATUSES = (400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 502, 503, 504)
"""Statuses of `Prefer: code`."""

_DETAIL = "Injected fault."
_RETRY_AFTER = {429: "60", 503: "60"}
_SLOW_PARTS = 20
_RESET = struct.pack("ii", 1, 0)
_PREFER = b"prefer"
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")
_LONGEST_WAIT = 600
"""Seconds."""


class _Preference(NamedTuple):
    """Seconds to wait, status (0: none), the preferences that apply, and hints about the others."""

    wait: float
    status: int
    applied: Sequence[str]
    hints: Sequence[str]


class FaultMiddleware:
    """Injects faults into requests below the base path of the contract."""

    def __init__(
        self, app: App, contract: Contract, tokens: Tokens, worlds_with_faults: WorldsWithFaults
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._worlds_with_faults = worlds_with_faults
        self._reads_prefer = not contract.server
        self._contract = contract
        self._prefix = contract.base_path + "/"
        self._messages = _messages(contract)

    def may_apply(self, scope: Scope) -> bool:
        """Return whether a fault may apply: a world has one, or the client requests one."""
        if self._worlds_with_faults:
            return True
        return self._reads_prefer and any(name == _PREFER for name, _ in scope["headers"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        preference = _read_preference(scope["headers"]) if self._reads_prefer else None
        if preference is not None:
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != _PREFER]
            send = _add_prefer_headers(preference, send)
        injected = _combine(preference, None if preference and preference.status else self._next_fault(scope))
        if injected is None:
            await self._app(scope, receive, send)
        else:
            scope[FAULT] = injected.kind
            await self._inject(injected, scope, receive, send)

    def _next_fault(self, scope: Scope) -> InjectedFault | None:
        """Take the next fault of the token's world; None without a valid token."""
        if not self._worlds_with_faults:
            return None
        try:
            caller = self._tokens.authenticate(scope)
        except ApiError:
            return None
        operation = self._contract.find_operation(scope["method"], scope["path"])
        return caller.world.faults.next_fault(operation.id if operation else "")

    async def _inject(self, injected: InjectedFault, scope: Scope, receive: Receive, send: Send) -> None:
        if injected.milliseconds:
            await asyncio.sleep(injected.milliseconds / 1000)
        fault = injected.fault or {}
        match fault.get("kind"):
            case "status":
                await send_reply(self._error(fault), send)
            case "reset" | "empty_reply":
                await _close_connection(scope, receive, reset=fault["kind"] == "reset")
            case None:
                await self._app(scope, receive, send)
            case _:
                response = _BufferedResponse()
                await self._app(scope, receive, response.send)
                await _BODIES[fault["kind"]](fault, response, scope, (receive, send))

    def _error(self, fault: Mapping[str, Any]) -> Reply:
        status: int = fault["status"]
        headers = []
        if status in _RETRY_AFTER:
            headers.append(("Retry-After", str(fault.get("retry_after", _RETRY_AFTER[status]))))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "GET, POST"))
        message = self._messages.get(status) or f"{HTTPStatus(status).phrase}."
        return error_reply(ApiError(status, message, detail=_DETAIL, headers=tuple(headers)))


class _BufferedResponse:
    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


Channel = tuple[Receive, Send]


async def _send_slowly(
    fault: Mapping[str, Any], buffered: _BufferedResponse, _scope: Scope, channel: Channel
) -> None:
    _, send = channel
    await send(buffered.start)
    size = max(len(buffered.body) // _SLOW_PARTS, 1)
    for start in range(0, len(buffered.body), size):
        await asyncio.sleep(fault["milliseconds"] / 1000 / _SLOW_PARTS)
        await send(
            {"type": "http.response.body", "body": buffered.body[start : start + size], "more_body": True}
        )
    await send({"type": "http.response.body", "body": b""})


async def _send_truncated(
    _fault: Mapping[str, Any], buffered: _BufferedResponse, scope: Scope, channel: Channel
) -> None:
    receive, send = channel
    await send(buffered.start)
    if not buffered.body:
        await send({"type": "http.response.body", "body": b""})
        return
    half = buffered.body[: len(buffered.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await _close_connection(scope, receive, reset=False)


async def _send_malformed(
    _fault: Mapping[str, Any], buffered: _BufferedResponse, _scope: Scope, channel: Channel
) -> None:
    _, send = channel
    await send(buffered.start)
    # same length: an object that starts like an array
    await send({"type": "http.response.body", "body": buffered.body.replace(b"{", b"[", 1)})


_BODIES = {"slow_body": _send_slowly, "truncated_body": _send_truncated, "malformed_json": _send_malformed}


async def _close_connection(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close the connection of a request, with a TCP reset or normally, and wait until it is closed."""
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("injected fault: connection closed")
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _combine(preference: _Preference | None, injected: InjectedFault | None) -> InjectedFault | None:
    """Combine a client's preference with its world's fault: waits add up, the preferred status wins."""
    if preference is None or not (preference.status or preference.wait):
        return injected
    fault = (
        {"kind": "status", "status": preference.status} if preference.status else injected and injected.fault
    )
    return InjectedFault(preference.wait * 1000 + (injected.milliseconds if injected else 0), fault)


def _add_prefer_headers(preference: _Preference, send: Send) -> Send:
    """Add `Preference-Applied` to a response, and a hint about preferences that were not understood."""
    applied: list[Header] = []
    if preference.applied:
        applied.append((b"preference-applied", ", ".join(preference.applied).encode()))

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            hints = [value for name, value in message["headers"] if name == HINT]
            hints += [write_hints(preference.hints).encode()] if preference.hints else []
            others = [(name, value) for name, value in message["headers"] if name != HINT]
            hint = [(HINT, b" ".join(hints))] if hints else []
            message["headers"] = [*others, *hint, *applied]
        await send(message)

    return send_with_headers


def _messages(contract: Contract) -> Mapping[int, str]:
    """Collect the messages of the contract's examples, by status."""
    found: dict[int, str] = {}
    for methods in contract.document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = contract.resolve(response).get("content", {}).get("application/json", {})
                examples: Sequence[Any] = [
                    content.get("example"),
                    *(each.get("value") for each in content.get("examples", {}).values()),
                ]
                messages = (
                    each["message"] for each in examples if isinstance(each, dict) and "message" in each
                )
                found.setdefault(int(status), next(messages, ""))
    return found


def _read_preference(headers: Headers) -> _Preference | None:
    """Parse the header; the first preference of each name wins. None without the header."""
    lines = [value.decode("latin-1") for name, value in headers if name == _PREFER]
    if not lines:
        return None
    given: dict[str, str] = {}
    for word in ",".join(lines).split(","):
        name, _, value = word.partition(";")[0].partition("=")
        if name.strip():
            given.setdefault(name.strip().lower(), value.strip().strip('"'))
    return _apply_preferences(given)


def _apply_preferences(given: Mapping[str, str]) -> _Preference:
    read: dict[str, Any] = {"wait": 0.0, "code": 0}
    applied, hints = [], []
    for name, value in given.items():
        if name == "wait" and _NUMBER.fullmatch(value) and float(value) <= _LONGEST_WAIT:
            read["wait"] = float(value)
        elif name == "code" and value.isdecimal() and int(value) in STATUSES:
            read["code"] = int(value)
        else:
            hints.append(_hint(name, value))
            continue
        applied.append(f"{name}={value}")
    return _Preference(read["wait"], read["code"], applied, hints)


def _hint(name: str, value: str) -> str:
    if name == "wait":
        return f'Preference "wait={clip(value)}" is ignored. wait accepts seconds, at most {_LONGEST_WAIT}.'
    if name == "code":
        return f'Preference "code={clip(value)}" is ignored. Available: {", ".join(map(str, STATUSES))}.'
    return f'Unknown preference "{clip(name)}" is ignored. Available: code, wait.'
