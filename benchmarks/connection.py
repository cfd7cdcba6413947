"""A connection of HTTP/1.1 that is driven by what to visit: no more of HTTP than the mock's answers need."""

import asyncio
from typing import cast

from visitors import Visit

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class Connection(asyncio.Protocol):
    """Sends one request after the other, as long as there are visits; `done` is set then."""

    def __init__(self, visits: Visit) -> None:
        self._visits = visits
        self._answer = b""
        self._size = 0
        self._transport: asyncio.WriteTransport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(next(self._visits))

    def data_received(self, data: bytes) -> None:
        """Take in an answer and, when it is whole, go on."""
        self._answer += data
        self._size = self._size or _measure(self._answer)
        if not self._size or len(self._answer) < self._size:
            return
        answer, self._answer, self._size = self._answer, b"", 0
        assert self._transport
        try:
            self._transport.write(self._visits.send((int(answer[9:12]), answer.partition(_HEAD_END)[2])))
        except StopIteration:
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail, unless all is done."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection"))


def _measure(answer: bytes) -> int:
    """Tell how long an answer is, 0 while its head is not complete."""
    head = answer.find(_HEAD_END)
    if head < 0:
        return 0
    at = answer.find(_LENGTH, 0, head)
    length = int(answer[at + len(_LENGTH) : answer.index(b"\r", at + 2)]) if at >= 0 else 0
    return head + len(_HEAD_END) + length
