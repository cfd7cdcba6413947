"""Responses on the wire, whole and in chunks."""

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

CHUNKED_LENGTH = 1001
"""Number of logs of a page that is sent in chunks."""

logs = st.builds(lambda text: orjson.dumps({"description": text}), st.text(st.characters(codec="utf-8")))
blocks = st.lists(st.lists(logs, min_size=1, max_size=4), max_size=5)


def reply(page: Sequence[list[bytes]], shown: int, hints: Sequence[str] = ()) -> Reply:
    """Make a page."""
    return page_reply(SearchResult(7, shown, iter(page)), hints)


def read(response: Reply) -> bytes:
    """Return the whole body of a reply."""
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def send(response: Reply) -> list[Message]:
    """Send a reply and return the ASGI messages."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(send_reply(response, send))
    return messages


@given(blocks)
def test_page_is_the_envelope(page: list[list[bytes]]) -> None:
    """The body has the logs in order and the count, and nothing else."""
    rows = [orjson.loads(row) for row in chain.from_iterable(page)]

    body = read(reply(page, len(rows)))

    assert body == orjson.dumps({"audit_logs": rows, "count": 7})


@given(blocks)
def test_chunks_equal_the_whole_page(page: list[list[bytes]]) -> None:
    """The chunks of a page join to the whole page."""
    assert read(reply(page, CHUNKED_LENGTH)) == read(reply(page, 1))


def test_chunks_are_bounded() -> None:
    """A chunk has little more than 64 KiB, however long the page is."""
    block = [b'"%s"' % (b"x" * 1000)] * 10

    chunks = list(reply([block] * 100, CHUNKED_LENGTH).body)

    assert len(chunks) > 10
    assert max(len(chunk) for chunk in chunks if isinstance(chunk, bytes)) < (1 << 16) + 20_000


def test_long_page_is_lazy() -> None:
    """No block is requested before the reply is sent."""
    source = iter([[b"{}"]])

    page_reply(SearchResult(1, CHUNKED_LENGTH, source), ())

    assert next(source) == [b"{}"]


def test_whole_page_has_its_length() -> None:
    """A page sent whole has its length and media type."""
    response = reply([[b"{}"]], 1)

    assert response.status == 200
    assert dict(response.headers) == {
        b"content-type": JSON_TYPE.encode(),
        b"content-length": b"%d" % len(read(response)),
    }


def test_hints_are_in_a_header() -> None:
    """Hints are in the hint header."""
    headers = dict(reply([], 0, ["one", "two"]).headers)

    assert headers[HINT_HEADER.lower().encode()] == b"one two"


def test_hint_header_is_omitted_without_hints() -> None:
    """Without hints there is no hint header, on short and on long pages."""
    names = {name for shown in (0, CHUNKED_LENGTH) for name, _ in reply([], shown).headers}

    assert HINT_HEADER.lower().encode() not in names


@given(st.text(min_size=1), st.text(), st.lists(st.builds(Validation, st.text(), st.text())))
def test_error_is_the_envelope(message: str, detail: str, problems: list[Validation]) -> None:
    """An error has its message, and detail and validations if not empty, in Coder's order."""
    members = {
        "message": message,
        "detail": detail,
        "validations": [{"field": field, "detail": what} for field, what in problems],
    }

    body = read(error_reply(ApiError(400, message, detail=detail, validations=problems)))

    assert list(orjson.loads(body).items()) == [(name, value) for name, value in members.items() if value]


def test_error_has_its_headers() -> None:
    """An error has its own headers besides type and length."""
    response = error_reply(method_not_allowed("/api/v2/audit", "GET"))

    assert (b"allow", b"GET") in response.headers
    assert (b"content-type", JSON_TYPE.encode()) in response.headers
    assert (b"content-length", b"%d" % len(response.body)) in response.headers  # type: ignore[arg-type]


def test_error_has_its_status() -> None:
    """The status of the reply is that of the error."""
    assert error_reply(invalid_parameters([])).status == 400


def test_whole_body_is_one_message() -> None:
    """A whole body is one message after the start."""
    start, body = send(error_reply(ApiError(418, "No.")))

    assert start["status"] == 418
    assert body["body"] == b'{"message":"No."}'
    assert not body.get("more_body", False)


def test_no_content_has_no_body() -> None:
    """A 204 has no body and no media type."""
    start, body = send(NO_CONTENT)

    assert (start["status"], list(start["headers"]), body["body"]) == (204, [], b"")


@given(blocks)
def test_all_chunks_are_sent(page: list[list[bytes]]) -> None:
    """Each chunk but the last announces another one, and all join to the page."""
    _, *chunks = send(reply(page, CHUNKED_LENGTH))

    assert b"".join(chunk["body"] for chunk in chunks) == read(reply(page, 1))
    assert [chunk.get("more_body", False) for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
