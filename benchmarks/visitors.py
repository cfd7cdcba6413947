"""Visitors: what 64 connections do at once, and what each answer must be."""

import random
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple

from posts import SHAPES, resource_ids
from queries import Query, holds
from servers import PATH, POST_PATH, TOKEN, TOKEN_HEADER

Answer = tuple[int, bytes]
Visit = Generator[bytes, Answer, None]
"""Yields a request and is sent its answer, the status and the body."""

_JSON = ("Content-Type: application/json",)
_ALLOWED = (f"{TOKEN_HEADER}: {TOKEN}",)
_MOST_SHOWN = 20


def write_request(method: str, path: str, headers: Sequence[str] = _ALLOWED, body: str = "") -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", body]).encode()


_MEMBER = (f"{TOKEN_HEADER}: Member0000-0000000000000000000000",)
_NOBODY = (f"{TOKEN_HEADER}: Nobody0000-0000000000000000000000",)

INVALID: Sequence[tuple[int, bytes]] = (
    (400, write_request("GET", f"{PATH}?q=a:b:c&limit=25")),
    (400, write_request("GET", f"{PATH}?q=resource_id:x&limit=ten")),
    (400, write_request("GET", f"{PATH}?q=&sort=time")),
    (400, write_request("GET", PATH)),
    (401, write_request("GET", f"{PATH}?q=", ())),
    (401, write_request("GET", f"{PATH}?q=", _NOBODY)),
    (403, write_request("GET", f"{PATH}?q=", _MEMBER)),
    (404, write_request("GET", f"{PATH}/elsewhere")),
    (404, write_request("GET", f"{PATH}?q=&after_id=4d5215ed-38bb-48ed-879a-fdb9ca58522f")),
    (405, write_request("DELETE", PATH)),
    (406, write_request("GET", f"{PATH}?q=", (*_ALLOWED, "Accept: text/html"))),
    (400, write_request("POST", POST_PATH, (*_ALLOWED, *_JSON), '{"action": "eat"}')),
    (400, write_request("POST", POST_PATH, (*_ALLOWED, *_JSON), '{"action": ')),
    (415, write_request("POST", POST_PATH, (*_ALLOWED, "Content-Type: text/plain"), "{}")),
)
"""Requests that are refused, and with which status."""


class Share(NamedTuple):
    """Of a hundred visits, how many write, and how many are refused; the rest read."""

    writing: int
    refused: int


class Ledger:
    """What was asked and answered, by all connections together."""

    def __init__(self, mix: Sequence[Query], writer: Mapping[str, str]) -> None:
        self._asks = [
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
        """How many answers have come."""
        return self.statuses.total()

    def visits(self, stream: int, share: Share, deadline: float) -> Visit:
        """Make visits, by lot, until a time of the monotonic clock; streams differ."""
        chance, ids = random.Random(stream), resource_ids(stream)
        while time.monotonic() < deadline:
            lot = chance.randrange(100)
            if lot < share.writing:
                yield from self._write(chance.randrange(len(SHAPES)), next(ids))
            elif lot < share.writing + share.refused:
                status, request = chance.choice(INVALID)
                answer = yield request
                self._expect(answer, status, request)
            else:
                yield from self._read(*chance.choice(self._asks))

    def _read(self, request: bytes, base: int, shapes: Sequence[int]) -> Visit:
        """Search; the count lies between what was acknowledged before and what was sent until then."""
        least = base + sum(self.acknowledged[number] for number in shapes)
        answer = yield request
        most = base + sum(self.sent[number] for number in shapes)
        if self._expect(answer, 200, request) and not least <= _count(answer) <= most:
            self._note(f"{request!r}: count {_count(answer)} is not within {least} and {most}")

    def _write(self, number: int, resource_id: str) -> Visit:
        """Write a log and find it at once."""
        body = SHAPES[number].body(resource_id)
        request = write_request("POST", POST_PATH, (*_ALLOWED, *_JSON), body)
        self.sent[number] += 1
        answer = yield request
        if not self._expect(answer, 204, request):
            return
        self.acknowledged[number] += 1
        self.written[number].add(resource_id)
        request = write_request("GET", f"{PATH}?q=resource_id:{resource_id}&limit=25")
        answer = yield request
        if self._expect(answer, 200, request) and _count(answer) != 1:
            self._note(f"{request!r}: count {_count(answer)} is not 1")

    def _expect(self, answer: Answer, status: int, request: bytes) -> bool:
        self.statuses[answer[0]] += 1
        if answer[0] != status:
            self._note(f"{request[:200]!r}: status {answer[0]} is not {status}")
        return answer[0] == status

    def _note(self, mistake: str) -> None:
        self.mistakes.append(mistake)
        if len(self.mistakes) <= _MOST_SHOWN:
            print(f"  MISTAKE {mistake}")


def _count(answer: Answer) -> int:
    body = answer[1]
    return int(body[body.rindex(b":") + 1 : -1])
