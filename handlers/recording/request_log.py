"""The request_log: the last requests of the API as they came; what they mean is worked out when asked."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditmock.core.asgi_types import Scope
from auditmock.fixtures.store.world_clock import Clock
from auditmock.handlers.messages.request import Headers

FAULT = "auditmock.fault"
"""Where the scope of a request names the kind of fault that hit it."""

BODY_SHOWN = 2000
"""Bytes kept of the body of a request."""

_TAIL = 48
"""Bytes kept of the end of a list, which tells the count."""

_MAX_ERROR_SIZE = 1 << 14
_FIRST_ERROR = 400
_OWN_PAGES = ("/_mock", "/docs", "/openapi.", "/favicon.")


def is_own_page(path: str) -> bool:
    """Tell whether a path is one of the mock's own pages, which no request_log lists."""
    return path == "/" or path.startswith(_OWN_PAGES)


class Entry(NamedTuple):
    """A request and its answer; `time` is the instant of the answer, `seconds` how long it took.

    `answer` is the body of a error, unless that is very long, or the end of a list.
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
    """Keeps the last entries; its watchers hear of each new one."""

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
        """Give the next request its number; 0 when nothing is kept."""
        if self._entries.maxlen:
            self._last += 1
            return self._last
        return 0

    def add(self, entry: Entry) -> None:
        """Keep a request that was given a number."""
        self._entries.append(entry)
        for watcher in self.watchers:
            watcher(entry)

    def find(self, number: int) -> Entry | None:
        """Find the entry of a number, if it is still kept."""
        return next((entry for entry in self._entries if entry.number == number), None)

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()


def excerpt(status: int, body: bytes) -> bytes:
    """Cut out of an answer what its explanation needs."""
    if status >= _FIRST_ERROR:
        return body if len(body) <= _MAX_ERROR_SIZE else b""
    return body[-_TAIL:]
