"""The headers that a deployed server puts on every answer, and its CSRF cookie (reference 3)."""

import re
from collections.abc import Mapping, Sequence

from auditmock.handlers.request import Headers
from auditmock.handlers.wire import Header, Reply

_COOKIE = re.compile(rb"(?:^|[;\s])csrf_token=[0-9A-Za-z+/]{43}=")
"""What counts as a valid cookie: 32 bytes in base64."""

_TOKEN = b"csrf_token=YXVkaXRtb2NrYXVkaXRtb2NrYXVkaXRtb2NrYXVkaXQ=; Path=/; HttpOnly; SameSite=Lax"
"""The cookie of every client; a real server's is random, and a mock has nothing to protect."""


class Crumbs:
    """Adds the headers; which they are is the contract's `vary` and `headers`."""

    def __init__(self, vary: Sequence[str], headers: Mapping[str, str]) -> None:
        self._always: tuple[Header, ...] = (
            *((b"vary", name.encode()) for name in vary),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        )
        self._new: tuple[Header, ...] = (*self._always, (b"set-cookie", _TOKEN))

    def add(self, reply: Reply, request: Headers) -> Reply:
        """Add the headers to the answer to a request; a preflight has its own."""
        if any(name == b"vary" for name, _ in reply.headers):
            return reply
        known = any(name == b"cookie" and _COOKIE.search(value) for name, value in request)
        return Reply(reply.status, [*reply.headers, *(self._always if known else self._new)], reply.body)
