"""Server with one fault."""

import socket
import uuid
from collections.abc import Callable

import uvicorn
from fault import Fault, add_fault
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auditmock.core.asgi_types import App
from auditmock.core.errors import malformed_request
from auditmock.handlers.messages.response import error_reply


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol with the mock's reply to bytes that are not HTTP."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's message
        """Reject bytes that are not a request."""
        reply = error_reply(malformed_request())
        request_id = (b"x-coder-request-id", str(uuid.uuid4()).encode())
        own = (request_id, (b"x-coder-build-version", b"v0.14.3+documented"), (b"connection", b"close"))
        head = b"".join(b"%s: %s\r\n" % header for header in (*reply.headers, *own))
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, reply.body))
        self.transport.close()


class Server(uvicorn.Server):
    """A uvicorn server that calls back when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call back."""
        await super().startup(sockets)
        self._ready()


def make_server(app: App, fault: Fault, ready: Callable[[], None]) -> Server:
    """Make a server of an app with this fault; the caller runs it."""
    config = uvicorn.Config(
        add_fault(app, fault),
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return Server(config, ready)
