"""HTTP as the mock speaks it: uvicorn's protocol, and what it does with bytes that are no request."""

import asyncio
import logging
import re
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auditmock.access import Stamp
from auditmock.errors import not_http
from auditmock.handlers.wire import refusal_reply

_log = logging.getLogger(__name__)

GRACE = 0.8
"""Seconds that requests in flight have to finish after Ctrl-C; uvicorn needs a tenth to notice it."""

_LAST_MOMENT = 0.7
"""Seconds until connections are closed: what is unfinished then gets no answer rather than a wrong one."""

_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, patient with clients; `stamp` is what every answer carries."""

    stamp: ClassVar[Stamp]
    _broken = False

    def data_received(self, data: bytes) -> None:
        """Read; clients that write a target in plain UTF-8, as curl does, are understood."""
        if not data.isascii() and (self.cycle is None or not self.cycle.more_body):
            line, end, rest = data.partition(b"\r\n")
            if _REQUEST_LINE.fullmatch(line):
                data = _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest
        super().data_received(data)

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


def speak_http(stamp: Stamp) -> type[Protocol]:
    """Make the protocol of a server whose answers carry this stamp."""
    return type("StampedProtocol", (Protocol,), {"stamp": stamp})
