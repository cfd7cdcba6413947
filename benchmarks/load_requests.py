"""Requests of the load test: what each of 64 connections sends, and the expected responses."""

import random
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple

from posts import SHAPES, resource_ids
from queries import Query, holds
from servers import PATH, POST_PATH, TOKEN, TOKEN_HEADER

Response = tuple[int, bytes]
Exchange = Generator[bytes, Response, None]
"""Yields a request and receives the status and body of its response."""

_JSON = ("Content-Type: application/json",)
_AUTHORIZED = (f"{TOKEN_HEADER}: {TOKEN}",)
_MAX_PRINTED = 20


def write_request(method: str, path: str, headers: Sequence[str] = _AUTHORIZED, body: str = "") -> bytes:
    """Format an HTTP request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", body]).encode()


_MEMBER = (f"{TOKEN_HEADER}: Member0000-0000000000000000000000",)
_UNKNOWN_TOKEN = (f"{TOKEN_HEADER}: Nobody0000-0000000000000000000000",)

INVALID: Sequence[tuple[int, bytes]] = (
    (400, write_request("GET", f"{PATH}?q=a:b:c&limit=25")),
    (400, write_request("GET", f"{PATH}?q=resource_id:x&limit=ten")),
    (400, write_request("GET", f"{PATH}?q=&sort=time")),
    (400, write_request("GET", PATH)),
    (401, write_request("GET", f"{PATH}?q=", ())),
    (401, write_request("GET", f"{PATH}?q=", _UNKNOWN_TOKEN)),
    (403, write_request("GET", f"{PATH}?q=", _MEMBER)),
    (404, write_request("GET", f"{PATH}/elsewhere")),
    (404, write_request("GET", f"{PATH}?q=&after_id=4d5215ed-38bb-48ed-879a-fdb9ca58522f")),
    (405, write_request("DELETE", PATH)),
    (406, write_request("GET", f"{PATH}?q=", (*_AUTHORIZED, "Accept: text/html"))),
    (400, write_request("POST", POST_PATH, (*_AUTHORIZED, *_JSON), '{"action": "eat"}')),
    (400, write_request("POST", POST_PATH, (*_AUTHORIZED, *_JSON), '{"action": ')),
    (415, write_request("POST", POST_PATH, (*_AUTHORIZED, "Content-Type: text/plain"), "{}")),
)
"""Requests that are rejected, with the expected status."""


class Share(NamedTuple):
    """The percentages of writes and of rejected requests; the rest are reads."""

    writing: int
    rejected: int


class LoadRecord:
    """The requests and responses of all connections."""

    def __init__(self, mix: Sequence[Query], writer: Mapping[str, str]) -> None:
        self._reads = [
            (
                write_request("GET", f"{PATH}?{query.target}"),
                query.matches,
                [number for number, shape in enumerate(SHAPES) if holds(shape.log(writer), query.terms)],
            )
            for query in mix
        ]
        self.sent = [0] * len(SHAPES)
        self.acknowledged = [0] * len(SHAPES)
        self.written: list[set[str]] = [set() for _ in SHAPES]
        self.statuses: Counter[int] = Counter()
        self.mistakes: list[str] = []

    @property
    def requests(self) -> int:
        """The number of responses."""
        return self.statuses.total()

    def exchanges(self, stream: int, share: Share, deadline: float) -> Exchange:
        """Exchange random requests until a monotonic time; streams differ."""
        rng, ids = random.Random(stream), resource_ids(stream)
        while time.monotonic() < deadline:
            percent = rng.randrange(100)
            if percent < share.writing:
                yield from self._write(rng.randrange(len(SHAPES)), next(ids))
            elif percent < share.writing + share.rejected:
                status, request = rng.choice(INVALID)
                response = yield request
                self._expect(response, status, request)
            else:
                yield from self._read(*rng.choice(self._reads))

    def _read(self, request: bytes, base: int, shapes: Sequence[int]) -> Exchange:
        """Search; the count must be between the acknowledged and the sent writes."""
        minimum = base + sum(self.acknowledged[number] for number in shapes)
        response = yield request
        maximum = base + sum(self.sent[number] for number in shapes)
        if self._expect(response, 200, request) and not minimum <= _count(response) <= maximum:
            self._record_mistake(
                f"{request!r}: count {_count(response)} is not within {minimum} and {maximum}"
            )

    def _write(self, number: int, resource_id: str) -> Exchange:
        """Write a log and find it at once."""
        body = SHAPES[number].body(resource_id)
        request = write_request("POST", POST_PATH, (*_AUTHORIZED, *_JSON), body)
        self.sent[number] += 1
        response = yield request
        if not self._expect(response, 204, request):
            return
        self.acknowledged[number] += 1
        self.written[number].add(resource_id)
        request = write_request("GET", f"{PATH}?q=resource_id:{resource_id}&limit=25")
        response = yield request
        if self._expect(response, 200, request) and _count(response) != 1:
            self._record_mistake(f"{request!r}: count {_count(response)} is not 1")

    def _expect(self, response: Response, status: int, request: bytes) -> bool:
        self.statuses[response[0]] += 1
        if response[0] != status:
            self._record_mistake(f"{request[:200]!r}: status {response[0]} is not {status}")
        return response[0] == status

    def _record_mistake(self, mistake: str) -> None:
        self.mistakes.append(mistake)
        if len(self.mistakes) <= _MAX_PRINTED:
            print(f"  MISTAKE {mistake}")


def _count(response: Response) -> int:
    body = response[1]
    return int(body[body.rindex(b":") + 1 : -1])
