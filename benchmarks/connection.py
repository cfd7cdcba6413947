"""HTTP/1.1 client connection that is driven by a generator; it parses only what the mock sends."""

import asyncio
from typing import cast

from load_requests import Exchange

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class Connection(asyncio.Protocol):
    """Sends requests in turn until the generator ends, then sets `done`."""

    def __init__(self, exchanges: Exchange) -> None:
        self._exchanges = exchanges
        self._response = b""
        self._size = 0
        self._transport: asyncio.WriteTransport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(next(self._exchanges))

    def data_received(self, data: bytes) -> None:
        """Collect a response; once it is complete, send the next request."""
        self._response += data
        self._size = self._size or _measure(self._response)
        if not self._size or len(self._response) < self._size:
            return
        response, self._response, self._size = self._response, b"", 0
        assert self._transport
        try:
            self._transport.write(
                self._exchanges.send((int(response[9:12]), response.partition(_HEAD_END)[2]))
            )
        except StopIteration:
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail, unless all exchanges are done."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection"))


def _measure(response: bytes) -> int:
    """Return the length of a response, or 0 while its head is incomplete."""
    head = response.find(_HEAD_END)
    if head < 0:
        return 0
    at = response.find(_LENGTH, 0, head)
    length = int(response[at + len(_LENGTH) : response.index(b"\r", at + 2)]) if at >= 0 else 0
    return head + len(_HEAD_END) + length
