"""The request log: the last requests as received. Explanations are computed on demand."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditmock.core.asgi_types import Scope
from auditmock.fixtures.store.world_clock import Clock
from auditmock.handlers.messages.request import Headers

FAULT = "auditmock.fault"
"""Scope key: the kind of the injected fault."""

BODY_SHOWN = 2000
"""Bytes of a request body that are kept."""

_TAIL = 48
"""Bytes kept of the end of a list, which contains the count."""

_MAX_ERROR_SIZE = 1 << 14
_FIRST_ERROR = 400
_OWN_PAGES = ("/_mock", "/docs", "/openapi.", "/favicon.")


def is_own_page(path: str) -> bool:
    """Return whether a path is one of the mock's own pages, which are not logged."""
    return path == "/" or path.startswith(_OWN_PAGES)


class Entry(NamedTuple):
    """A request and its response; `time` is the instant of the response, `seconds` the duration.

    `answer` is the body of an error, unless that is very long, or the end of a list.
    """

    number: int
    scope: Scope
    status: int
    headers: Headers
    time: int
    seconds: float
    body: bytes
    answer: bytes


class RequestLog:
    """Keeps the last entries, and calls the watchers with each new one."""

    def __init__(self, size: int, clock: Clock) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self.clock = clock
        self._last = 0
        self.watchers: list[Callable[[Entry], None]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """List the entries, newest first."""
        return reversed(tuple(self._entries))

    def number(self) -> int:
        """Return the number of the next request; 0 if the log has no capacity."""
        if self._entries.maxlen:
            self._last += 1
            return self._last
        return 0

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        for watcher in self.watchers:
            watcher(entry)

    def find(self, number: int) -> Entry | None:
        return next((entry for entry in self._entries if entry.number == number), None)

    def clear(self) -> None:
        """Remove all entries; the numbers are not reset."""
        self._entries.clear()


def excerpt(status: int, body: bytes) -> bytes:
    """Cut a response body down to what explanations need."""
    if status >= _FIRST_ERROR:
        return body if len(body) <= _MAX_ERROR_SIZE else b""
    return body[-_TAIL:]
