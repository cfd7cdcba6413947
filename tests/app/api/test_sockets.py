"""Bytes on a real socket: the response is always HTTP with the envelope."""

import json
import re

import pytest
from asgi_requests import LIST, OWNER, WRITE
from processes import Running, connect

from auditmock.openapi.releases import find_overlays, list_releases
from auditmock.server.app import MockApp
from auditmock.settings import Settings
from auditmock.testing import AuditMock

MIB = 1 << 20
START = f"GET {LIST}?q=&limit=1 HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n".encode()
TOKEN_HEADER = f"Coder-Session-Token: {OWNER}\r\n".encode()
POST = f"POST {WRITE} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n".encode() + TOKEN_HEADER
JSON_HEADER = b"Content-Type: application/json\r\n"


def send(url: str, sent: bytes) -> bytes:
    """Send bytes and read until the server closes."""
    with connect(url) as connection:
        connection.sendall(sent)
        response = b""
        while chunk := connection.recv(1 << 16):
            response += chunk
    return response


def exchange(server: Running, sent: bytes) -> tuple[int, bytes]:
    """Send bytes; return status and body of the response."""
    head, _, body = send(server.url, sent).partition(b"\r\n\r\n")
    assert b"x-coder-request-id: " in head.lower()
    return int(head.split(b" ", 2)[1]), body


def chunked(body: bytes, size: int) -> bytes:
    """Encode a body in chunks."""
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


INVALID_HTTP = {
    "noise": b"\xff\xff\xff\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\n\r\n",
    "unknown method": b"GETT / HTTP/1.1\r\n\r\n",
    "NUL in a header": START + b"X: a\0b\r\n\r\n",
    "space in a name": START + b"X Y: a\r\n\r\n",
    "invalid length": POST + b"Content-Length: 1_0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "chunk without size": POST + JSON_HEADER + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("kind", INVALID_HTTP)
def test_invalid_http_is_a_400(server: Running, kind: str) -> None:
    """Bytes that are not HTTP get a 400 with the envelope, and the connection is closed."""
    status, body = exchange(server, INVALID_HTTP[kind])

    assert (status, json.loads(body)["message"]) == (400, "Malformed HTTP request.")


REJECTED = {
    "raw bytes in q": (START.replace(b"q=&", b"q=\xff&") + TOKEN_HEADER + b"\r\n", 400),
    "no token": (START + b"\r\n", 401),
    "large GET": (START + TOKEN_HEADER + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * (MIB + 1), 413),
    "large POST": (POST + JSON_HEADER + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * (MIB + 1), 413),
    "large chunked POST": (
        POST + JSON_HEADER + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"x" * (MIB + 1), 60_000),
        413,
    ),
    "no type": (POST + b"Content-Length: 2\r\n\r\n{}", 415),
    "empty chunked POST": (POST + JSON_HEADER + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "empty POST": (POST + JSON_HEADER + b"Content-Length: 0\r\n\r\n", 400),
}


def test_utf8_in_the_target_is_accepted(server: Running) -> None:
    """Unescaped UTF-8 in `q` is accepted; other bytes are an error of `q`."""
    valid = START.replace(b"q=&", "q=resource_target:h\u00e9\u00df&".encode()) + TOKEN_HEADER + b"\r\n"
    invalid = START.replace(b"q=&", b"q=\xff&") + TOKEN_HEADER + b"\r\n"

    assert exchange(server, valid)[0] == 200
    assert [each["field"] for each in json.loads(exchange(server, invalid)[1])["validations"]] == ["q"]


def test_noise_after_a_request_keeps_its_response(server: Running) -> None:
    """Invalid bytes right after a request do not suppress its response."""
    request = START.replace(b"Connection: close\r\n", b"") + TOKEN_HEADER + b"\r\n"
    status, rest = exchange(server, request + b"noise\r\n\r\n")

    assert status == 200
    assert b"HTTP/1.1 400 Bad Request\r\n" in rest
    assert rest.endswith(b'Each line ends with CR LF."}')


@pytest.mark.parametrize("kind", REJECTED)
def test_rejection_arrives_completely(server: Running, kind: str) -> None:
    """The whole response arrives, even if the server does not read the whole request."""
    sent, expected = REJECTED[kind]
    status, body = exchange(server, sent)

    assert status == expected
    assert json.loads(body)["message"]


VARYING_HEADERS = re.compile(rb"(?m)^(date|x-coder-request-id|x-mock-request): .*\r\n")
FAST_REQUESTS = {
    "page": f"GET {LIST}?q=&limit=25 HTTP/1.1\r\n",
    "no match": f"GET {LIST}?q=username:nobody-of-that-name HTTP/1.1\r\n",
    "hint": f"GET {LIST}?limit=1&q=resourcetype:%0D%0Ax%C3%A9 HTTP/1.1\r\n",
    "post": f"POST {WRITE} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
}


@pytest.mark.parametrize("kind", FAST_REQUESTS)
def test_synchronous_path_equals_asgi(server: Running, kind: str) -> None:
    """Of two pipelined requests the first takes the synchronous path; both get equal responses."""
    head = FAST_REQUESTS[kind].encode() + b"Host: mock\r\n" + TOKEN_HEADER
    body = b"{}" if kind == "post" else b""
    responses = send(server.url, head + b"\r\n" + body + head + b"Connection: close\r\n\r\n" + body)
    first, second = VARYING_HEADERS.sub(b"", responses).split(b"HTTP/1.1 ")[1:]

    assert first[:2] == b"20"
    assert first == second.replace(b"connection: close\r\n", b"", 1)


@pytest.mark.parametrize("kind", FAST_REQUESTS)
def test_complete_request_takes_the_synchronous_path(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A complete request is answered without ASGI."""

    async def fail(*_arguments: object) -> None:
        pytest.fail("ASGI was called")

    head = FAST_REQUESTS[kind].encode() + b"Host: mock\r\nConnection: close\r\n" + TOKEN_HEADER + b"\r\n"
    with AuditMock() as mock:
        monkeypatch.setattr(MockApp, "__call__", fail)
        response = send(mock.url, head + (b"{}" if kind == "post" else b""))

    assert response.startswith(b"HTTP/1.1 20")


@pytest.mark.parametrize("release", list_releases())
@pytest.mark.parametrize("path", [LIST, "/api/v2/nothing"])
def test_head_has_no_body(release: str, path: str) -> None:
    """A response to HEAD has no body, so the next response follows its headers."""
    head = f"HEAD {path} HTTP/1.1\r\nHost: mock\r\n\r\n".encode()
    with AuditMock(Settings(release=release, logs=0)) as mock:
        response = send(mock.url, head + START + b"\r\n")
    assert re.search(rb"\A[^{]*\r\n\r\nHTTP/1.1 401 ", response, re.DOTALL)


def test_trailing_whitespace_of_a_header_is_removed(server: Running) -> None:
    """A token followed by a space and a tab is valid."""
    status, _ = exchange(server, START + TOKEN_HEADER.replace(b"\r\n", b" \t\r\n") + b"\r\n")
    assert status == 200


@pytest.mark.parametrize("release", list_releases())
def test_unknown_method_is_rejected_by_the_router(release: str) -> None:
    """Coder's routers reject an unknown method with an empty 405 (reference 2), the mock's with a 400."""
    with AuditMock(Settings(release=release, logs=0)) as mock:
        head, _, body = send(mock.url, START.replace(b"GET", b"FOO") + b"\r\n").partition(b"\r\n\r\n")

    is_coder = release in find_overlays()
    assert head.startswith(b"HTTP/1.1 405 " if is_coder else b"HTTP/1.1 400 ")
    assert (body == b"") == is_coder
    assert b"x-coder-request-id: " in head
    assert b"x-ratelimit" not in head.lower()
