"""Requests of one connection that differ in their query alone: parsed once, and answered as any other."""

from asyncio import AbstractEventLoop, run_coroutine_threadsafe
from collections.abc import Callable
from io import BufferedReader
from itertools import cycle
from socket import IPPROTO_TCP, TCP_NODELAY

import pytest
from asgi_requests import LIST, OWNER
from processes import Running, connect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auditmock.testing import AuditMock

OF_THE_MOMENT = {b"date", b"x-coder-request-id", b"x-mock-request"}
HEADERS = {
    "plain": f"Host: mock\r\nCoder-Session-Token: {OWNER}\r\n",
    "a cookie": f"Host: mock\r\nCookie: coder_session_token={OWNER}\r\n",
    "no token": "Host: mock\r\n",
    "not JSON": f"Host: mock\r\nAccept: text/html\r\nCoder-Session-Token: {OWNER}\r\n",
}
QUERIES = (
    "q=",
    "q=&limit=1",
    "q=action:stop&limit=2&offset=3",
    "q=resource_type%3Auser+action%3Awrite&limit=2",
    "q=resource_id:x",
    "q=resourcetype:user&limit=1",
    "limit=1",
    "",
    "q=&limit=-1",
    "q=&limit=1&limit=2",
    "q=%zz",
    "q=%00",
    'q="a&limit=1',
    "q=a#b",
    "q=?&limit=1",
    "q=h\u00e9&limit=1",
    f"q=&limit=1&coder_session_token={OWNER}",
    "q=&after_id=cff22a7b-bb6f-43d8-83e1-eefe0a1f5197",
    "q=&limit=1001",
)


def ask(query: str, headers: str) -> bytes:
    """Write a request."""
    return f"GET {LIST}?{query} HTTP/1.1\r\n{headers}\r\n".encode()


def converse(url: str, requests: list[bytes]) -> list[tuple[list[bytes], bytes]]:
    """Send requests on one connection, one after the other; gives the heads and bodies of the answers."""
    with connect(url) as connection, connection.makefile("rb") as stream:
        answers = []
        for request in requests:
            connection.sendall(request)
            answers.append(read_answer(stream))
    return answers


def read_answer(stream: BufferedReader) -> tuple[list[bytes], bytes]:
    """Read an answer; gives the lines of its head but for what differs each time, and its body."""
    head = list(iter(stream.readline, b"\r\n"))
    fields = {line.split(b":")[0].lower(): line.strip() for line in head}
    kept = [line for name, line in fields.items() if name not in OF_THE_MOMENT]
    length = fields.get(b"content-length")
    return kept, stream.read(int(length.split()[1])) if length else read_chunks(stream)


def read_chunks(stream: BufferedReader) -> bytes:
    """Read a body that comes in chunks."""
    pieces = []
    while size := int(stream.readline(), 16):
        pieces.append(stream.read(size + 2)[:size])
    stream.readline()
    return b"".join(pieces)


@pytest.mark.parametrize("kind", HEADERS)
def test_requests_alike_are_answered_as_each_alone(server: Running, kind: str) -> None:
    """Whatever is asked in whichever order, an answer does not depend on what was asked before it."""
    requests = [ask(query, HEADERS[kind]) for query in QUERIES]
    order = [*requests, *reversed(requests), *requests[::2], *requests[1::2]]
    alone = {request: converse(server.url, [request])[0] for request in requests}

    assert converse(server.url, order) == [alone[request] for request in order]


def test_other_headers_are_read(server: Running) -> None:
    """A request whose headers are others is judged by those, whatever the query."""
    turns = cycle(HEADERS.values())
    requests = [ask(f"q=&limit={number}", next(turns)) for number in range(1, 60)]

    assert converse(server.url, requests) == [converse(server.url, [each])[0] for each in requests]


def test_two_in_one_go_are_two(server: Running) -> None:
    """Two requests that come together are both answered, behind one alike as well."""
    request = ask("q=&limit=1", HEADERS["plain"])
    with connect(server.url) as connection, connection.makefile("rb") as stream:
        connection.sendall(request)
        first = read_answer(stream)
        connection.sendall(request + request)

        assert [read_answer(stream), read_answer(stream)] == [first, first]


@pytest.mark.parametrize("cut", [1, 20, 60, -1])
def test_a_request_in_pieces_is_waited_for(server: Running, cut: int) -> None:
    """A request that comes in two pieces is answered once, behind one alike as well."""
    request = ask("q=&limit=1", HEADERS["plain"])
    with connect(server.url) as connection, connection.makefile("rb") as stream:
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection.sendall(request)
        whole = read_answer(stream)
        for piece in (request[:cut], request[cut:]):
            connection.sendall(piece)

        assert read_answer(stream) == whole


def note_calls(monkeypatch: pytest.MonkeyPatch, method: str) -> list[HttpToolsProtocol]:
    """Note the calls of a method of uvicorn's protocol, which is called all the same."""
    noted: list[HttpToolsProtocol] = []
    call = getattr(HttpToolsProtocol, method)

    def note(protocol: HttpToolsProtocol, *arguments: object) -> None:
        noted.append(protocol)
        call(protocol, *arguments)

    monkeypatch.setattr(HttpToolsProtocol, method, note)
    return noted


def run_in(loop: AbstractEventLoop, call: Callable[[], None]) -> None:
    """Call something in the thread of a loop, and wait until it is done."""

    async def run() -> None:
        call()

    run_coroutine_threadsafe(run(), loop).result()


@pytest.mark.parametrize(("more", "times"), [("", 1), ("Expect: 100-continue\r\n", 9)])
def test_requests_alike_are_parsed_once(monkeypatch: pytest.MonkeyPatch, more: str, times: int) -> None:
    """Of many requests alike the parser sees the first; those that expect more than an answer it sees all."""
    parsed = note_calls(monkeypatch, "data_received")
    with AuditMock() as mock:
        converse(mock.url, [ask(f"q=&limit={number}", HEADERS["plain"] + more) for number in range(1, 10)])

    assert len(parsed) == times


def test_a_used_connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time a connection may be idle begins anew with each request, and then it is closed."""
    made = note_calls(monkeypatch, "connection_made")
    closed = note_calls(monkeypatch, "timeout_keep_alive_handler")
    spared: list[int] = []
    with AuditMock() as mock:
        converse(mock.url, [ask("q=&limit=1", HEADERS["plain"])] * 2)
        for _ in range(2):
            spared.append(len(closed))
            run_in(made[0].loop, made[0].timeout_keep_alive_handler)

    assert (spared, closed) == ([0, 0], made)
