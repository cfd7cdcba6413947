"""Rules of the wire: the bytes of answers, whole and in pieces."""

import asyncio
from collections.abc import Sequence
from itertools import chain

import orjson
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.asgi_types import Message
from auditmock.core.constants import HINT_HEADER, JSON_TYPE
from auditmock.core.errors import ApiError, invalid_parameters, method_not_allowed
from auditmock.core.models import SearchResult, Validation
from auditmock.handlers.messages.response import NO_CONTENT, Reply, error_reply, page_reply, send_reply

LONG = 1001
"""Logs on a page that is sent in pieces."""

logs = st.builds(lambda text: orjson.dumps({"description": text}), st.text(st.characters(codec="utf-8")))
blocks = st.lists(st.lists(logs, min_size=1, max_size=4), max_size=5)


def reply(page: Sequence[list[bytes]], shown: int, hints: Sequence[str] = ()) -> Reply:
    """Answer with a page."""
    return page_reply(SearchResult(7, shown, iter(page)), hints)


def read(answer: Reply) -> bytes:
    """Join the body of an answer."""
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def sent(answer: Reply) -> list[Message]:
    """Send an answer and list what the server was told."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(send_reply(answer, send))
    return messages


@given(blocks)
def test_a_page_is_the_envelope(page: list[list[bytes]]) -> None:
    """The body is the JSON of the logs in their order and the count, and nothing else."""
    rows = [orjson.loads(row) for row in chain.from_iterable(page)]

    body = read(reply(page, len(rows)))

    assert body == orjson.dumps({"audit_logs": rows, "count": 7})


@given(blocks)
def test_a_long_page_is_the_same_bytes_in_pieces(page: list[list[bytes]]) -> None:
    """What is sent in pieces joins to what would have been sent whole."""
    assert read(reply(page, LONG)) == read(reply(page, 1))


def test_a_long_page_comes_in_many_pieces() -> None:
    """A piece holds little more than 64 KiB, however long the page is."""
    block = [b'"%s"' % (b"x" * 1000)] * 10

    pieces = list(reply([block] * 100, LONG).body)

    assert len(pieces) > 10
    assert max(len(piece) for piece in pieces if isinstance(piece, bytes)) < (1 << 16) + 20_000


def test_a_long_page_is_made_while_it_is_sent() -> None:
    """No block is asked for before the answer is sent."""
    source = iter([[b"{}"]])

    page_reply(SearchResult(1, LONG, source), ())

    assert next(source) == [b"{}"]


def test_a_whole_page_tells_its_length() -> None:
    """A page sent whole says how many bytes it has, and its type."""
    answer = reply([[b"{}"]], 1)

    assert answer.status == 200
    assert dict(answer.headers) == {
        b"content-type": JSON_TYPE.encode(),
        b"content-length": b"%d" % len(read(answer)),
    }


def test_hints_ride_in_a_header() -> None:
    """What search ignored is named in the hint header."""
    headers = dict(reply([], 0, ["one", "two"]).headers)

    assert headers[HINT_HEADER.lower().encode()] == b"one two"


def test_without_hints_there_is_no_header_for_them() -> None:
    """A search that was understood whole has no hint header, on short and on long pages."""
    names = {name for shown in (0, LONG) for name, _ in reply([], shown).headers}

    assert HINT_HEADER.lower().encode() not in names


@given(st.text(min_size=1), st.text(), st.lists(st.builds(Validation, st.text(), st.text())))
def test_a_error_is_the_envelope(message: str, detail: str, problems: list[Validation]) -> None:
    """An error is its message, and of detail and validations those that say something, in Coder's order."""
    members = {
        "message": message,
        "detail": detail,
        "validations": [{"field": field, "detail": what} for field, what in problems],
    }

    body = read(error_reply(ApiError(400, message, detail=detail, validations=problems)))

    assert list(orjson.loads(body).items()) == [(name, value) for name, value in members.items() if value]


def test_a_error_carries_its_headers() -> None:
    """The headers of a error are sent with it, beside type and length."""
    answer = error_reply(method_not_allowed("/api/v2/audit", "GET"))

    assert (b"allow", b"GET") in answer.headers
    assert (b"content-type", JSON_TYPE.encode()) in answer.headers
    assert (b"content-length", b"%d" % len(answer.body)) in answer.headers  # type: ignore[arg-type]


def test_a_error_keeps_its_status() -> None:
    """The status of an answer is that of the error."""
    assert error_reply(invalid_parameters([])).status == 400


def test_a_whole_answer_is_sent_at_once() -> None:
    """A body in one piece is one message behind the start."""
    start, body = sent(error_reply(ApiError(418, "No.")))

    assert start["status"] == 418
    assert body["body"] == b'{"message":"No."}'
    assert not body.get("more_body", False)


def test_no_content_has_no_body() -> None:
    """204 is sent without a body and without a type."""
    start, body = sent(NO_CONTENT)

    assert (start["status"], list(start["headers"]), body["body"]) == (204, [], b"")


@given(blocks)
def test_pieces_are_sent_to_the_end(page: list[list[bytes]]) -> None:
    """Pieces follow each other, more announced behind each but the last, and join to the page."""
    _, *pieces = sent(reply(page, LONG))

    assert b"".join(piece["body"] for piece in pieces) == read(reply(page, 1))
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [False]
