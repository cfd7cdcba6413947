"""The front: what stands before the judge of errors, and is there at once when the server starts."""

from time import perf_counter

from auditmock.access import Access, Stamp
from auditmock.asgi import App, Receive, Scope, Send
from auditmock.handlers.lane import Lane
from auditmock.handlers.wire import Reply
from auditmock.mock import Mock


class Front:
    """The fast lane and the access line before the judge: an ASGI app with a short cut for servers."""

    def __init__(self, mock: Mock, judge: App, stamp: Stamp) -> None:
        secret = next(carrier.name for carrier in mock.contract.carriers if carrier.place == "query")
        self._access = Access(judge, stamp, secret)
        self._lane = Lane(self._access, mock.contract, mock.tokens, mock.operations, self._access.finish)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer over ASGI."""
        await self._lane(scope, receive, send)

    def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a request that is here as a whole, if the lane takes it and the answer is short.

        The answer is the one that ASGI would give; for None, ask there.
        """
        started = perf_counter()
        reply = self._lane.answer(scope, {"body": body, "more_body": False})
        if reply is None or not isinstance(reply.body, bytes):
            return None
        reply = self._access.stamp(reply)
        self._access.write_line(scope, reply.status, reply.headers, started)
        return reply
