"""The server: one process, one port, on uvicorn."""

import gc
import logging
import socket
from collections.abc import Callable

import uvicorn

from auditmock.access import Stamp
from auditmock.asgi import App
from auditmock.deferred import Deferred
from auditmock.front import Front
from auditmock.mock import Mock
from auditmock.protocol import GRACE, speak_http

_log = logging.getLogger(__name__)

_BACKLOG = 2048
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to find a server bound to all


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and whether its app could not be built."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self.failed = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    def give_up(self, error: BaseException) -> None:
        """Stop, since the app could not be built."""
        _log.critical("the server could not be built", exc_info=error)
        self.failed = self.should_exit = True


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
    mock: Mock,
    listener: socket.socket,
    build_judge: Callable[[], App],
    ready: Callable[[], None],
) -> bool:
    """Serve until a signal comes; False when the judge could not be built."""
    gc.freeze()
    gc.enable()
    server = make_server(mock, build_judge, ready)
    server.run([listener])
    return not server.failed


def make_server(mock: Mock, build_judge: Callable[[], App], ready: Callable[[], None]) -> Server:
    """Make a server that is still to be run.

    The judge is built while the first requests are answered already: it takes longer than all the rest.
    """
    stamp = Stamp(mock.ids, mock.version)
    judge = Deferred(
        build_judge,
        lambda error: server.give_up(error),  # noqa: PLW0108 - the server comes after its app
    )
    front = Front(mock, judge, stamp)
    config = uvicorn.Config(
        front,
        http=speak_http(front, stamp),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=GRACE,  # type: ignore[arg-type]  # asyncio takes fractions
    )
    server = Server(config, ready)
    return server
