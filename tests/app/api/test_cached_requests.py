"""Requests of one connection that differ only in their query: parsed once, with the usual responses."""

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

VARYING_HEADERS = {b"date", b"x-coder-request-id", b"x-mock-request"}
HEADERS = {
    "plain": f"Host: mock\r\nCoder-Session-Token: {OWNER}\r\n",
    "cookie": f"Host: mock\r\nCookie: coder_session_token={OWNER}\r\n",
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


def make_request(query: str, headers: str) -> bytes:
    """Make a request."""
    return f"GET {LIST}?{query} HTTP/1.1\r\n{headers}\r\n".encode()


def send_on_one_connection(url: str, requests: list[bytes]) -> list[tuple[list[bytes], bytes]]:
    """Send requests on one connection in turn; return heads and bodies of the responses."""
    with connect(url) as connection, connection.makefile("rb") as stream:
        responses = []
        for request in requests:
            connection.sendall(request)
            responses.append(read_response(stream))
    return responses


def read_response(stream: BufferedReader) -> tuple[list[bytes], bytes]:
    """Read a response; return its head without varying headers, and its body."""
    head = list(iter(stream.readline, b"\r\n"))
    fields = {line.split(b":")[0].lower(): line.strip() for line in head}
    stable = [line for name, line in fields.items() if name not in VARYING_HEADERS]
    length = fields.get(b"content-length")
    return stable, stream.read(int(length.split()[1])) if length else read_chunks(stream)


def read_chunks(stream: BufferedReader) -> bytes:
    """Read a chunked body."""
    chunks = []
    while size := int(stream.readline(), 16):
        chunks.append(stream.read(size + 2)[:size])
    stream.readline()
    return b"".join(chunks)


@pytest.mark.parametrize("kind", HEADERS)
def test_response_does_not_depend_on_earlier_requests(server: Running, kind: str) -> None:
    """A response is the same whatever was requested before on the connection."""
    requests = [make_request(query, HEADERS[kind]) for query in QUERIES]
    order = [*requests, *reversed(requests), *requests[::2], *requests[1::2]]
    alone = {request: send_on_one_connection(server.url, [request])[0] for request in requests}

    assert send_on_one_connection(server.url, order) == [alone[request] for request in order]


def test_changed_headers_are_parsed(server: Running) -> None:
    """A request with other headers is parsed again."""
    header_sets = cycle(HEADERS.values())
    requests = [make_request(f"q=&limit={number}", next(header_sets)) for number in range(1, 60)]

    assert send_on_one_connection(server.url, requests) == [
        send_on_one_connection(server.url, [each])[0] for each in requests
    ]


def test_pipelined_requests_get_two_responses(server: Running) -> None:
    """Two requests in one packet get two responses, also after a similar request."""
    request = make_request("q=&limit=1", HEADERS["plain"])
    with connect(server.url) as connection, connection.makefile("rb") as stream:
        connection.sendall(request)
        first = read_response(stream)
        connection.sendall(request + request)

        assert [read_response(stream), read_response(stream)] == [first, first]


@pytest.mark.parametrize("cut", [1, 20, 60, -1])
def test_split_request_gets_one_response(server: Running, cut: int) -> None:
    """A request in two packets gets one response, also after a similar request."""
    request = make_request("q=&limit=1", HEADERS["plain"])
    with connect(server.url) as connection, connection.makefile("rb") as stream:
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection.sendall(request)
        whole = read_response(stream)
        for part in (request[:cut], request[cut:]):
            connection.sendall(part)

        assert read_response(stream) == whole


def record_calls(monkeypatch: pytest.MonkeyPatch, method: str) -> list[HttpToolsProtocol]:
    """Record the calls of a method of uvicorn's protocol and pass them on."""
    recorded: list[HttpToolsProtocol] = []
    call = getattr(HttpToolsProtocol, method)

    def record(protocol: HttpToolsProtocol, *arguments: object) -> None:
        recorded.append(protocol)
        call(protocol, *arguments)

    monkeypatch.setattr(HttpToolsProtocol, method, record)
    return recorded


def run_in(loop: AbstractEventLoop, call: Callable[[], None]) -> None:
    """Call a function in the thread of an event loop and wait for it."""

    async def run() -> None:
        call()

    run_coroutine_threadsafe(run(), loop).result()


@pytest.mark.parametrize(("more", "times"), [("", 1), ("Expect: 100-continue\r\n", 9)])
def test_similar_requests_are_parsed_once(monkeypatch: pytest.MonkeyPatch, more: str, times: int) -> None:
    """Of similar requests the parser sees only the first; those with `Expect` it sees all."""
    parsed = record_calls(monkeypatch, "data_received")
    with AuditMock() as mock:
        send_on_one_connection(
            mock.url, [make_request(f"q=&limit={number}", HEADERS["plain"] + more) for number in range(1, 10)]
        )

    assert len(parsed) == times


def test_keep_alive_timeout_restarts_with_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keep-alive timeout restarts with each request and then closes the connection."""
    connected = record_calls(monkeypatch, "connection_made")
    closed = record_calls(monkeypatch, "timeout_keep_alive_handler")
    closed_before: list[int] = []
    with AuditMock() as mock:
        send_on_one_connection(mock.url, [make_request("q=&limit=1", HEADERS["plain"])] * 2)
        for _ in range(2):
            closed_before.append(len(closed))
            run_in(connected[0].loop, connected[0].timeout_keep_alive_handler)

    assert (closed_before, closed) == ([0, 0], connected)
