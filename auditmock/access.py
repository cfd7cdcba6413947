"""The outermost app: numbers every answer, writes the access line, and lets no failure out unanswered."""

import logging
import string
from time import perf_counter
from urllib.parse import quote, unquote

from auditmock.asgi import App, Message, Receive, Scope, Send
from auditmock.errors import internal_error
from auditmock.fixtures.ids import Ids, Kind
from auditmock.handlers.request import Headers, first_header
from auditmock.handlers.wire import Reply, refusal_reply, send_reply
from auditmock.vocabulary import BUILD_VERSION_HEADER, HINT_HEADER, REQUEST_ID_HEADER

LINES = logging.getLogger("auditmock.access")
"""Access lines; each carries its fields as `record.access`."""

_log = logging.getLogger(__name__)
_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()
_BUILD_VERSION = BUILD_VERSION_HEADER.lower().encode()
_HINT = HINT_HEADER.lower().encode()


class Stamp:
    """Gives every answer its two headers (reference 3): an id of its own and the build version."""

    def __init__(self, ids: Ids, version: str) -> None:
        # A prefix of this seed's own and a running number: unique, at a tenth of the cost of a whole id.
        self._prefix = ids.uuid(Kind.RESPONSE, 0)[:24].encode()
        self._version = (_BUILD_VERSION, version.encode())
        self._answers = 0

    def headers(self) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """Make the headers of the next answer."""
        self._answers += 1
        return (_REQUEST_ID, b"%b%012x" % (self._prefix, self._answers)), self._version


class Access:
    """An ASGI app in front of another one; `secrets` are the query parameters that never show in a line."""

    def __init__(self, app: App, stamp: Stamp, secrets: frozenset[str]) -> None:
        self._app = app
        self._stamp = stamp
        self._secrets = secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: Message | None = None
        started = perf_counter()

        async def stamped(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._stamp.headers()]
                answer = message
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if answer is not None:
                raise
            await send_reply(refusal_reply(internal_error()), stamped)
        finally:
            if answer is not None:
                self.write_line(scope, answer["status"], answer["headers"], started)

    async def finish(self, scope: Scope, reply: Reply, send: Send, started: float) -> None:
        """Send a reply that needs no app; `started` is when its request came, by `perf_counter`."""
        reply = self.stamp(reply)
        try:
            await send_reply(reply, send)
        finally:
            self.write_line(scope, reply.status, reply.headers, started)

    def stamp(self, reply: Reply) -> Reply:
        """Give a reply the headers that every answer carries."""
        return Reply(reply.status, [*reply.headers, *self._stamp.headers()], reply.body)

    def write_line(self, scope: Scope, status: int, headers: Headers, started: float) -> None:
        """Write the access line of an answer."""
        if not LINES.isEnabledFor(logging.INFO):
            return
        path, query = quote(scope["path"]), self._show_query(scope["query_string"])
        fields = {
            "method": scope["method"],
            "target": f"{path}?{query}" if query else path,
            "status": status,
            "milliseconds": round((perf_counter() - started) * 1000, 1),
        }
        hint = first_header(headers, _HINT)
        if hint:
            fields["hint"] = hint.decode()
        LINES.info(
            "%(status)s %(method)s %(target)s %(milliseconds)s ms" + ("  %(hint)s" if hint else ""),
            fields,
            extra={"access": fields},
        )

    def _show_query(self, query: bytes) -> str:
        """Write a query without secrets, whose names may be escaped, and without what steers a terminal."""
        pairs = [pair.partition("=") for pair in quote(query, safe=string.punctuation).split("&")]
        return "&".join(
            f"{name}=..." if unquote(name) in self._secrets else f"{name}{equals}{value}"
            for name, equals, value in pairs
        )
