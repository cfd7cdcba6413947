"""Runs the mock on uvicorn: one process, one port."""

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
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the local address of a server bound to all


Watch = Callable[[], Coroutine[Any, Any, None]]
"""A coroutine that runs beside the server until it stops."""


class Server(uvicorn.Server):
    """A uvicorn server with a callback when it is ready and a flag for a failed build of its app."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._beside: asyncio.Task[None] | None = None
        self.watch: Watch | None = None
        self.failed = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.watch is not None:
            self._beside = asyncio.create_task(self.watch())
            # let the watch start first, so that changes after `ready` are seen
            await asyncio.sleep(0)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._beside is not None:
            self._beside.cancel()
        await super().shutdown(sockets)

    def stop_after(self, error: BaseException) -> None:
        _log.critical("cannot build the app", exc_info=error)
        self.failed = self.should_exit = True


class MockServer(Server):
    """A server whose mock can be replaced while it runs; requests in flight finish with the old one."""

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
        """Serve another mock, starting with the next request."""
        self._headers.set_version(state.version)
        self._protocol.mock_app = MockApp(state, settings, backends, self._headers)


def bind(host: str, port: int) -> socket.socket:
    """Listen on a port; raises OSError if that fails."""
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
    """Return the URL of a listener for local clients."""
    host, port = listener.getsockname()[:2]
    host = _ANY_ADDRESS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(
    server: MockServer, listener: socket.socket, watch: Callable[[MockServer], Watch] | None = None
) -> bool:
    """Run the server and the watch until a signal; False if the build of the backends failed."""
    gc.freeze()
    gc.enable()
    server.watch = watch(server) if watch else None
    server.run([listener])
    return not server.failed


def make_server(
    state: MockState, settings: Settings, build: Callable[[], Backends], ready: Callable[[], None]
) -> MockServer:
    """Make a server that builds its backends in the background: that takes most of the startup time."""
    headers = ResponseHeaders(state.ids, state.version)
    backends = LazyBackends(
        build,
        lambda error: server.stop_after(error),  # noqa: PLW0108 - `server` is defined below
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
