"""HTTP as the mock speaks it: uvicorn's protocol, a short cut through it, and bytes that are no request."""

import asyncio
import logging
import re
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from auditmock.access import Stamp
from auditmock.errors import not_http
from auditmock.front import Front
from auditmock.handlers.wire import Reply, refusal_reply

_log = logging.getLogger(__name__)

GRACE = 0.8
"""Seconds that requests in flight have to finish after Ctrl-C; uvicorn needs a tenth to notice it."""

_LAST_MOMENT = 0.7
"""Seconds until connections are closed: what is unfinished then gets no answer rather than a wrong one."""

_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, patient with clients, and quick where the fast lane knows the answer.

    A request that has come as a whole, with nothing before it on its connection, is answered there and
    then: one write, and no task. All others go uvicorn's way. `stamp` is what every answer carries.
    """

    front: ClassVar[Front]
    stamp: ClassVar[Stamp]
    _broken = False
    _reading = False
    _begun: tuple[RequestResponseCycle, Any] | None = None

    def data_received(self, data: bytes) -> None:
        """Read; clients that write a target in plain UTF-8, as curl does, are understood."""
        if not data.isascii() and (self.cycle is None or not self.cycle.more_body):
            line, end, rest = data.partition(b"\r\n")
            if _REQUEST_LINE.fullmatch(line):
                data = _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest
        self._reading = True
        super().data_received(data)
        self._reading = False
        if self._begun is not None:
            (cycle, app), self._begun = self._begun, None
            if not self._answer(cycle):
                super()._start_asgi_task(cycle, app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Wait until all of what came is read; a request that waited for its turn starts at once."""
        if self._reading:
            self._begun = cycle, app
        else:
            super()._start_asgi_task(cycle, app)

    def _answer(self, cycle: RequestResponseCycle) -> bool:
        """Take the short cut, if it is open."""
        if cycle.more_body or self.flow.write_paused or self.transport.is_closing():
            return False
        scope: Any = cycle.scope
        reply = self.front.answer(scope, bytes(cycle.body))
        if reply is None or not isinstance(reply.body, bytes):
            return False
        cycle.response_started = cycle.response_complete = True
        self.transport.writelines((self._head(reply, cycle), reply.body))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _head(self, reply: Reply, cycle: RequestResponseCycle) -> bytes:
        """Write status line and headers as uvicorn does."""
        lines = [STATUS_LINE[reply.status]]
        for name, value in (*self.server_state.default_headers, *reply.headers):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        return b"".join(lines)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, which say nothing
        """Refuse what is no request, behind the answer to the request before it."""
        if self._broken:
            return
        self._broken = True
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            self._refuse()
        else:
            self.cycle.on_response = self._refuse

    def _refuse(self) -> None:
        reply = refusal_reply(not_http())
        headers = [*reply.headers, *self.stamp.headers(), (b"connection", b"close")]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, reply.body))
        self.transport.close()
        _log.info("what came from %s is no HTTP request: 400", self.client[0] if self.client else "-")

    def shutdown(self) -> None:
        """Finish what is in flight, but not for long."""
        super().shutdown()
        asyncio.get_running_loop().call_later(_LAST_MOMENT, self.transport.close)


def speak_http(front: Front, stamp: Stamp) -> type[Protocol]:
    """Make the protocol of a server of this front, whose answers carry this stamp."""
    return type("MockProtocol", (Protocol,), {"front": front, "stamp": stamp})
