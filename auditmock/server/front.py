"""The front: what stands before the judge of errors, and is there at once when the server starts."""

from time import perf_counter

from auditmock.core.asgi import App, Receive, Scope, Send
from auditmock.handlers.coder.requests import make_readers
from auditmock.handlers.coder.server import CoderServer, Entrance
from auditmock.handlers.messages.request import ReceivedRequest
from auditmock.handlers.messages.response import Reply
from auditmock.handlers.middleware.fast_path import FastPath
from auditmock.handlers.middleware.faults import FaultMiddleware
from auditmock.handlers.middleware.rate_limit import RateLimiter
from auditmock.handlers.recording.recorder import Recorder, ResponseHeaders
from auditmock.handlers.recording.redaction import Redaction
from auditmock.server.state import MockState


class Front:
    """The fast lane and the access line before the judge: an ASGI app with a short cut for servers.

    A deployed release has its own server in the place of the lane; nothing of the API is left to the judge.
    """

    def __init__(self, mock: MockState, judge: App, stamp: ResponseHeaders) -> None:
        contract = mock.contract
        self._access = Recorder(judge, stamp, mock.request_log, Redaction(contract.token_locations))
        finish = self._access.finish
        self._lane: FastPath | CoderServer
        if contract.server:
            contents = make_readers(contract, mock.operations, mock.organization)
            toll = RateLimiter(mock.limit, mock.tokens, contract.rate) if mock.limit is not None else None
            self._lane = CoderServer(self._access, contract, Entrance(mock.tokens, toll), contents, finish)
        else:
            self._lane = FastPath(self._access, contract, mock.tokens, mock.operations, finish)
        entrance = self._lane if mock.limit is None or contract.server else self._access
        self._disturbance = FaultMiddleware(
            entrance, contract, mock.tokens, mock.worlds_with_faults, self._access
        )
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
        return self._access.settle(scope, reply, ReceivedRequest(started, body))
