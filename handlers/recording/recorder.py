"""ASGI middleware: numbers responses, writes request log and access log, turns exceptions into 500."""

import logging
from collections.abc import Sequence
from time import perf_counter

from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.core.constants import BUILD_VERSION_HEADER, MOCK_REQUEST_HEADER, REQUEST_ID_HEADER
from auditmock.core.errors import internal_error
from auditmock.fixtures.history.ids import Ids, Kind
from auditmock.handlers.messages.request import Headers, ReceivedRequest, first_header
from auditmock.handlers.messages.response import HINT, Header, Reply, error_reply, send_reply
from auditmock.handlers.recording.redaction import Redaction
from auditmock.handlers.recording.request_log import (
    BODY_SHOWN,
    FAULT,
    Entry,
    RequestLog,
    excerpt,
    is_own_page,
)

ACCESS_LOG = logging.getLogger("auditmock.access")
"""Access lines; each carries its fields as `record.access`."""

_log = logging.getLogger(__name__)
_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()
_BUILD_VERSION = BUILD_VERSION_HEADER.lower().encode()
_MOCK_REQUEST = MOCK_REQUEST_HEADER.lower().encode()


class ResponseHeaders:
    """Makes the two headers of every response (reference 3): its ID and the build version."""

    def __init__(self, ids: Ids, version: str) -> None:
        # A prefix by seed and a serial number: unique, at a tenth of the cost of a random ID.
        self._prefix = ids.uuid(Kind.RESPONSE, 0)[:24].encode()
        self.set_version(version)
        self._count = 0

    def set_version(self, version: str) -> None:
        self._version = (_BUILD_VERSION, version.encode())

    def headers(self) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        self._count += 1
        return (_REQUEST_ID, b"%b%012x" % (self._prefix, self._count)), self._version


class Recorder:
    """ASGI middleware; requests for the mock's own pages are not logged."""

    def __init__(
        self, app: App, response_headers: ResponseHeaders, request_log: RequestLog, redaction: Redaction
    ) -> None:
        self._app = app
        self._response_headers = response_headers
        self._request_log = request_log
        self._redaction = redaction

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = 0 if is_own_page(scope["path"]) else self._request_log.number()
        channel = RecordingChannel(
            receive, send, (*self._response_headers.headers(), *_number_header(number))
        )
        started = perf_counter()
        try:
            await self._app(scope, channel.receive, channel.send)
        except Exception:
            if channel.status:
                raise
            _log.exception("%s %s failed", scope["method"], scope["path"])
            await send_reply(error_reply(internal_error()), channel.send)
        finally:
            if channel.status or FAULT in scope:
                reply = Reply(channel.status, channel.headers, channel.answer)
                self._record(number, scope, reply, started, channel.body)

    async def record_and_send(
        self, scope: Scope, reply: Reply, send: Send, received: ReceivedRequest
    ) -> None:
        number, reply = self._with_headers(reply)
        try:
            await send_reply(reply, send)
        finally:
            self._record(number, scope, reply, *received)

    def record(self, scope: Scope, reply: Reply, received: ReceivedRequest) -> Reply:
        """Record a reply and return it with all headers."""
        number, reply = self._with_headers(reply)
        self._record(number, scope, reply, *received)
        return reply

    def _with_headers(self, reply: Reply) -> tuple[int, Reply]:
        number = self._request_log.number()
        headers = [*reply.headers, *self._response_headers.headers(), *_number_header(number)]
        return number, Reply(reply.status, headers, reply.body)

    def _record(self, number: int, scope: Scope, reply: Reply, started: float, body: bytes) -> None:
        status, headers, answer = reply
        seconds = perf_counter() - started
        if number:
            kept = excerpt(status, answer) if isinstance(answer, bytes) else b""
            now = self._request_log.clock()
            self._request_log.add(
                Entry(number, scope, status, headers, now, seconds, body[:BODY_SHOWN], kept)
            )
        if status and ACCESS_LOG.isEnabledFor(logging.INFO):
            self._write_line(scope, status, headers, seconds)

    def _write_line(self, scope: Scope, status: int, headers: Headers, seconds: float) -> None:
        fields = {
            "method": scope["method"],
            "target": self._redaction.target(scope),
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        hint = first_header(headers, HINT)
        if hint:
            fields["hint"] = hint.decode()
        ACCESS_LOG.info(
            "%(status)s %(method)s %(target)s %(milliseconds)s ms" + ("  %(hint)s" if hint else ""),
            fields,
            extra={"access": fields},
        )


class RecordingChannel:
    """Records a request body and its response, and adds headers to the response."""

    def __init__(self, receive: Receive, send: Send, added: Sequence[Header]) -> None:
        self._receive = receive
        self._send = send
        self._added = added
        self.body = b""
        self.status = 0
        self.headers: Headers = ()
        self.answer = b""

    async def receive(self) -> Message:
        message = await self._receive()
        if len(self.body) < BODY_SHOWN:
            self.body += message.get("body", b"")[:BODY_SHOWN]
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = self.headers = [*message["headers"], *self._added]
            self.status = message["status"]
        else:
            self.answer = excerpt(self.status, self.answer + message.get("body", b""))
        await self._send(message)


def _number_header(number: int) -> tuple[Header, ...]:
    return ((_MOCK_REQUEST, b"%d" % number),) if number else ()
