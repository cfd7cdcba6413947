"""The mock as one ASGI app: recorder → CORS → faults → rate limit → fast path → backends.

Imports only what the fast path needs; slow imports are behind `Backends`.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from auditmock.core.asgi_types import App, Receive, Scope, Send
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
"""Path prefix of the control API and the dashboard."""

_REPLY = "auditmock.reply"
"""Scope key of a reply of the fast path that is too long to be sent in one write."""


class Backends(Protocol):
    """The apps behind the fast path."""

    def start(self) -> None:
        """Start building them, unless they are built; called when the server starts."""

    @property
    def api(self) -> App:
        """Answers requests to the API and to its documentation."""

    @property
    def own_pages(self) -> App:
        """Answers requests below `/_mock`."""


class MockApp:
    """An ASGI app with a synchronous fast path (`answer`)."""

    def __init__(
        self, state: MockState, settings: Settings, backends: Backends, headers: ResponseHeaders
    ) -> None:
        build = build_coder_pipeline if state.contract.server else build_pipeline
        self._backends = backends
        api, self._try_fast_path = build(state, settings, backends.api)
        redaction = Redaction(state.contract.token_locations)
        self._recorder = Recorder(_route(backends.own_pages, api), headers, state.request_log, redaction)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif _REPLY in scope:
            reply, received = scope.pop(_REPLY)
            await self._recorder.record_and_send(scope, reply, send, received)
        else:
            await self._recorder(scope, receive, send)

    def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a complete request, if the fast path can and the reply is short.

        The reply equals that of the ASGI call. If it is None, call the app with the same scope: the call
        continues from here and repeats no work.
        """
        received = ReceivedRequest(perf_counter(), body)
        reply = self._try_fast_path(scope, body)
        if reply is None:
            return None
        if not isinstance(reply.body, bytes):
            scope[_REPLY] = (reply, received)
            return None
        return self._recorder.record(scope, reply, received)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._backends.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


Answer = Callable[[Scope, bytes], Reply | None]
"""Answers a request with its complete body; None if the ASGI call has to answer it."""


def build_pipeline(state: MockState, settings: Settings, backend: App) -> tuple[App, Answer]:
    """Build the pipeline of the documented release: the ASGI app, and its synchronous fast path."""
    contract = state.contract
    fast_path = FastPath(backend, contract, state.tokens, state.operations)
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


def build_coder_pipeline(state: MockState, settings: Settings, backend: App) -> tuple[App, Answer]:
    """Build the pipeline of a Coder release; the emulated server answers all paths of the API."""
    contract = state.contract
    readers = make_readers(contract, state.operations, state.organization)
    limiter = RateLimiter(state.limit, state.tokens, contract.rate) if state.limit is not None else None
    server = CoderServer(CorsMiddleware(backend, settings.cors), contract, state.tokens, readers, limiter)
    faults = FaultMiddleware(server, contract, state.tokens, state.worlds_with_faults)

    def answer(scope: Scope, body: bytes) -> Reply | None:
        return None if faults.may_apply(scope) else server.answer(scope, {"body": body, "more_body": False})

    return faults, answer


def _route(own_pages: App, api: App) -> App:
    """Route requests below `/_mock` to the control API and the dashboard, all others to the API."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        ours = (scope["path"] + "/").startswith(OWN_PAGES + "/")
        await (own_pages if ours else api)(scope, receive, send)

    return choose
