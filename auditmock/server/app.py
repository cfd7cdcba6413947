"""The mock as one ASGI app: recorder → CORS → faults → rate limit → fast path → the rest.

It imports only what the first answers need; what takes long to import is behind `Backends`.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from auditmock.core.asgi import App, Receive, Scope, Send
from auditmock.handlers.coder.requests import make_readers
from auditmock.handlers.coder.server import CoderServer
from auditmock.handlers.messages.request import FAST_PATH_TRIED, ReceivedRequest
from auditmock.handlers.messages.response import Reply
from auditmock.handlers.middleware.cors import CorsMiddleware
from auditmock.handlers.middleware.fast_path import FastPath
from auditmock.handlers.middleware.faults import FaultMiddleware
from auditmock.handlers.middleware.rate_limit import RateLimiter, RateLimitMiddleware
from auditmock.handlers.recording.recorder import Recorder, ResponseHeaders
from auditmock.handlers.recording.redaction import Redaction
from auditmock.server.state import MockState
from auditmock.settings import Settings

OWN_PAGES = "/_mock"
"""Where the control API and the dashboard are."""

_REPLY = "auditmock.reply"
"""Where a scope carries the reply that the fast path found, when it is too long to be sent at once."""


class Backends(Protocol):
    """The apps behind the fast path."""

    def start(self) -> None:
        """Begin to build them, if that is still to be done; the server's start calls it."""

    @property
    def api(self) -> App:
        """Answers requests to the API and to its documentation."""

    @property
    def own_pages(self) -> App:
        """Answers requests below `/_mock`."""


class MockApp:
    """An ASGI app, with a synchronous short cut (`answer`) for servers."""

    def __init__(
        self, state: MockState, settings: Settings, backends: Backends, headers: ResponseHeaders
    ) -> None:
        build = build_coder_pipeline if state.contract.server else build_pipeline
        self._backends = backends
        api, self._answer = build(state, settings, backends.api)
        redaction = Redaction(state.contract.token_locations)
        self._recorder = Recorder(_split(backends.own_pages, api), headers, state.request_log, redaction)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer over ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif _REPLY in scope:
            reply, received = scope.pop(_REPLY)
            await self._recorder.record_and_send(scope, reply, send, received)
        else:
            await self._recorder(scope, receive, send)

    def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a request that has come as a whole, if the fast path takes it and the answer is short.

        The reply is the one that ASGI would give; for None, ask there with the same scope: it goes on from
        here and does nothing twice.
        """
        received = ReceivedRequest(perf_counter(), body)
        reply = self._answer(scope, body)
        if reply is None:
            return None
        if not isinstance(reply.body, bytes):
            scope[_REPLY] = (reply, received)
            return None
        return self._recorder.record(scope, reply, received)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._backends.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


Answer = Callable[[Scope, bytes], Reply | None]
"""Answers a request whose body is here as a whole; None if the pipeline has to be asked over ASGI."""


def build_pipeline(state: MockState, settings: Settings, rest: App) -> tuple[App, Answer]:
    """Build the way through the documented release: over ASGI, and the short cut through it."""
    contract = state.contract
    fast_path = FastPath(rest, contract, state.tokens, state.operations)
    limited: FastPath | RateLimitMiddleware = fast_path
    if state.limit is not None:
        limiter = RateLimiter(state.limit, state.tokens, contract.rate)
        limited = RateLimitMiddleware(fast_path, limiter, contract.base_path)
    faults = FaultMiddleware(limited, contract, state.tokens, state.worlds_with_faults)
    cors = CorsMiddleware(faults, settings.cors)

    def answer(scope: Scope, body: bytes) -> Reply | None:
        if faults.may_apply(scope) or not fast_path.handles(scope):
            return None
        reply = limited.answer(scope, {"body": body, "more_body": False})
        if reply is None:
            scope[FAST_PATH_TRIED] = True
            return None
        return cors.add_headers(scope, reply)

    return cors, answer


def build_coder_pipeline(state: MockState, settings: Settings, rest: App) -> tuple[App, Answer]:
    """Build the way through a deployed release: its server answers for all paths of the API."""
    contract = state.contract
    readers = make_readers(contract, state.operations, state.organization)
    limiter = RateLimiter(state.limit, state.tokens, contract.rate) if state.limit is not None else None
    server = CoderServer(CorsMiddleware(rest, settings.cors), contract, state.tokens, readers, limiter)
    faults = FaultMiddleware(server, contract, state.tokens, state.worlds_with_faults)

    def answer(scope: Scope, body: bytes) -> Reply | None:
        return None if faults.may_apply(scope) else server.answer(scope, {"body": body, "more_body": False})

    return faults, answer


def _split(own_pages: App, api: App) -> App:
    """Send requests below `/_mock` one way and all others the other."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        ours = (scope["path"] + "/").startswith(OWN_PAGES + "/")
        await (own_pages if ours else api)(scope, receive, send)

    return choose
