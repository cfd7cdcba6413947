"""The front: what stands before the judge of errors, and is there at once when the server starts."""

from time import perf_counter

from auditmock.access import Access, Stamp
from auditmock.asgi import App, Receive, Scope, Send
from auditmock.handlers.contents import read_contents
from auditmock.handlers.deployment import Deployment, Entrance
from auditmock.handlers.disturbance import Disturbance
from auditmock.handlers.lane import Lane
from auditmock.handlers.limits import Toll
from auditmock.handlers.redaction import Redaction
from auditmock.handlers.request import Arrival
from auditmock.handlers.wire import Reply
from auditmock.mock import Mock


class Front:
    """The fast lane and the access line before the judge: an ASGI app with a short cut for servers.

    A deployed edition has its own server in the place of the lane; nothing of the API is left to the judge.
    """

    def __init__(self, mock: Mock, judge: App, stamp: Stamp) -> None:
        contract = mock.contract
        self._access = Access(judge, stamp, mock.journal, Redaction(contract.carriers))
        finish = self._access.finish
        self._lane: Lane | Deployment
        if contract.server:
            contents = read_contents(contract, mock.operations, mock.organization)
            toll = Toll(mock.limit, mock.tokens, contract.rate) if mock.limit is not None else None
            self._lane = Deployment(self._access, contract, Entrance(mock.tokens, toll), contents, finish)
        else:
            self._lane = Lane(self._access, contract, mock.tokens, mock.operations, finish)
        entrance = self._lane if mock.limit is None or contract.server else self._access
        self._disturbance = Disturbance(entrance, contract, mock.tokens, mock.unrest, self._access)
        # the judge alone counts requests, where it does
        self._is_open = mock.limit is None or bool(contract.server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer over ASGI."""
        await self._disturbance(scope, receive, send)

    def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a request that is here as a whole, if the lane takes it and the answer is short.

        The answer is the one that ASGI would give; for None, ask there.
        """
        if not self._is_open or self._disturbance:
            return None
        started = perf_counter()
        reply = self._lane.answer(scope, {"body": body, "more_body": False})
        if reply is None or not isinstance(reply.body, bytes):
            return None
        return self._access.settle(scope, reply, Arrival(started, body))
