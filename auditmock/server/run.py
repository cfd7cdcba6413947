"""The server: one process, one port, on uvicorn."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn

from auditmock.handlers.recording.recorder import ResponseHeaders
from auditmock.server.app import Backends, MockApp
from auditmock.server.lazy_backends import LazyBackends
from auditmock.server.protocol import GRACE, Protocol, make_protocol
from auditmock.server.state import MockState
from auditmock.settings import Settings

_log = logging.getLogger(__name__)

_BACKLOG = 2048
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to find a server bound to all


Watch = Callable[[], Coroutine[Any, Any, None]]
"""Runs beside a server until that ends."""


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and whether its app could not be built."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._beside: asyncio.Task[None] | None = None
        self.watch: Watch | None = None
        self.failed = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.watch is not None:
            self._beside = asyncio.create_task(self.watch())
            # what changes once it is said to be ready is seen
            await asyncio.sleep(0)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and stop watching."""
        if self._beside is not None:
            self._beside.cancel()
        await super().shutdown(sockets)

    def give_up(self, error: BaseException) -> None:
        """Stop, since the app could not be built."""
        _log.critical("the server could not be built", exc_info=error)
        self.failed = self.should_exit = True


class MockServer(Server):
    """A server of a mock, which can be exchanged while it runs.

    A request in flight is finished by what it began with.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        protocol: type[Protocol],
        headers: ResponseHeaders,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(config, ready)
        self._protocol = protocol
        self._headers = headers

    def replace(self, state: MockState, settings: Settings, backends: Backends) -> None:
        """Serve another mock from the next request on."""
        self._headers.renew(state.version)
        self._protocol.mock_app = MockApp(state, settings, backends, self._headers)


def bind(host: str, port: int) -> socket.socket:
    """Take a port; raises OSError when that cannot be."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Give the URL under which a listener is reached from this machine."""
    host, port = listener.getsockname()[:2]
    host = _ANY_ADDRESS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(
    server: MockServer, listener: socket.socket, watch: Callable[[MockServer], Watch] | None = None
) -> bool:
    """Serve until a signal comes, and watch beside it; False when the backends could not be built."""
    gc.freeze()
    gc.enable()
    server.watch = watch(server) if watch else None
    server.run([listener])
    return not server.failed


def make_server(
    state: MockState, settings: Settings, build: Callable[[], Backends], ready: Callable[[], None]
) -> MockServer:
    """Make a server that is still to be run.

    The backends are built while the first requests are answered already: that takes longer than all the rest.
    """
    headers = ResponseHeaders(state.ids, state.version)
    backends = LazyBackends(
        build,
        lambda error: server.give_up(error),  # noqa: PLW0108 - the server comes after its app
    )
    app = MockApp(state, settings, backends, headers)
    protocol = make_protocol(app, headers)
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=GRACE,  # type: ignore[arg-type]  # asyncio takes fractions
    )
    server = MockServer(config, protocol, headers, ready)
    return server
