"""Bytes on a real socket: whatever comes, the answer is HTTP and the envelope."""

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
SIGNED = f"Coder-Session-Token: {OWNER}\r\n".encode()
POST = f"POST {WRITE} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n".encode() + SIGNED
TYPED = b"Content-Type: application/json\r\n"


def send(url: str, sent: bytes) -> bytes:
    """Send bytes and read until the server closes."""
    with connect(url) as connection:
        connection.sendall(sent)
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
    return answer


def exchange(server: Running, sent: bytes) -> tuple[int, bytes]:
    """Send bytes; gives status and the body of the answer."""
    head, _, body = send(server.url, sent).partition(b"\r\n\r\n")
    assert b"x-coder-request-id: " in head.lower()
    return int(head.split(b" ", 2)[1]), body


def chunked(body: bytes, size: int) -> bytes:
    """Write a body in chunks."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


NO_HTTP = {
    "noise": b"\xff\xff\xff\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\n\r\n",
    "unknown method": b"GETT / HTTP/1.1\r\n\r\n",
    "NUL in a header": START + b"X: a\0b\r\n\r\n",
    "space in a name": START + b"X Y: a\r\n\r\n",
    "length that is none": POST + b"Content-Length: 1_0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "chunk that has no size": POST + TYPED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("kind", NO_HTTP)
def test_what_is_no_http_is_400(server: Running, kind: str) -> None:
    """It is answered in the envelope, and the connection is closed."""
    status, body = exchange(server, NO_HTTP[kind])

    assert (status, json.loads(body)["message"]) == (400, "Malformed HTTP request.")


REFUSED = {
    "raw bytes in q": (START.replace(b"q=&", b"q=\xff&") + SIGNED + b"\r\n", 400),
    "no token": (START + b"\r\n", 401),
    "large GET": (START + SIGNED + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * (MIB + 1), 413),
    "large POST": (POST + TYPED + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * (MIB + 1), 413),
    "large chunked POST": (
        POST + TYPED + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"x" * (MIB + 1), 60_000),
        413,
    ),
    "no type": (POST + b"Content-Length: 2\r\n\r\n{}", 415),
    "empty chunked POST": (POST + TYPED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "empty POST": (POST + TYPED + b"Content-Length: 0\r\n\r\n", 400),
}


def test_a_target_in_plain_utf8_is_understood(server: Running) -> None:
    """What curl sends when `q` is not escaped is read as UTF-8; what is none is a problem of `q`."""
    good = START.replace(b"q=&", "q=resource_target:h\u00e9\u00df&".encode()) + SIGNED + b"\r\n"
    bad = START.replace(b"q=&", b"q=\xff&") + SIGNED + b"\r\n"

    assert exchange(server, good)[0] == 200
    assert [each["field"] for each in json.loads(exchange(server, bad)[1])["validations"]] == ["q"]


def test_what_is_no_http_waits_its_turn(server: Running) -> None:
    """Noise right behind a request does not take away that request's answer."""
    request = START.replace(b"Connection: close\r\n", b"") + SIGNED + b"\r\n"
    status, rest = exchange(server, request + b"noise\r\n\r\n")

    assert status == 200
    assert b"HTTP/1.1 400 Bad Request\r\n" in rest
    assert rest.endswith(b'Each line ends with CR LF."}')


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_refused_on_the_wire(server: Running, kind: str) -> None:
    """The whole answer arrives, also when the server did not want the whole request."""
    sent, expected = REFUSED[kind]
    status, body = exchange(server, sent)

    assert status == expected
    assert json.loads(body)["message"]


OF_THE_MOMENT = re.compile(rb"(?m)^(date|x-coder-request-id|x-mock-request): .*\r\n")
TAKEN = {
    "page": f"GET {LIST}?q=&limit=25 HTTP/1.1\r\n",
    "no match": f"GET {LIST}?q=username:nobody-of-that-name HTTP/1.1\r\n",
    "hint": f"GET {LIST}?limit=1&q=resourcetype:%0D%0Ax%C3%A9 HTTP/1.1\r\n",
    "post": f"POST {WRITE} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
}


@pytest.mark.parametrize("kind", TAKEN)
def test_the_short_cut_answers_as_asgi_does(server: Running, kind: str) -> None:
    """Of two requests sent in one go only the first is answered at once; they are answered alike."""
    head = TAKEN[kind].encode() + b"Host: mock\r\n" + SIGNED
    body = b"{}" if kind == "post" else b""
    answers = send(server.url, head + b"\r\n" + body + head + b"Connection: close\r\n\r\n" + body)
    first, second = OF_THE_MOMENT.sub(b"", answers).split(b"HTTP/1.1 ")[1:]

    assert first[:2] == b"20"
    assert first == second.replace(b"connection: close\r\n", b"", 1)


@pytest.mark.parametrize("kind", TAKEN)
def test_what_has_come_whole_takes_the_short_cut(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """It is answered without ASGI."""

    async def fail(*_arguments: object) -> None:
        pytest.fail("asked by ASGI")

    head = TAKEN[kind].encode() + b"Host: mock\r\nConnection: close\r\n" + SIGNED + b"\r\n"
    with AuditMock() as mock:
        monkeypatch.setattr(MockApp, "__call__", fail)
        answer = send(mock.url, head + (b"{}" if kind == "post" else b""))

    assert answer.startswith(b"HTTP/1.1 20")


@pytest.mark.parametrize("release", list_releases())
@pytest.mark.parametrize("path", [LIST, "/api/v2/nothing"])
def test_head_has_no_body(release: str, path: str) -> None:
    """Whatever HEAD is answered, nothing stands between its headers and the next answer."""
    head = f"HEAD {path} HTTP/1.1\r\nHost: mock\r\n\r\n".encode()
    with AuditMock(Settings(release=release, logs=0)) as mock:
        answer = send(mock.url, head + START + b"\r\n")
    assert re.search(rb"\A[^{]*\r\n\r\nHTTP/1.1 401 ", answer, re.DOTALL)


def test_spaces_behind_a_value_are_none_of_it(server: Running) -> None:
    """A token followed by a space and a tab is the token."""
    status, _ = exchange(server, START + SIGNED.replace(b"\r\n", b" \t\r\n") + b"\r\n")
    assert status == 200


@pytest.mark.parametrize("release", list_releases())
def test_a_method_there_is_not_is_the_routers_to_refuse(release: str) -> None:
    """A deployed server's router refuses it with 405 and no body (reference 2); elsewhere it is no HTTP."""
    with AuditMock(Settings(release=release, logs=0)) as mock:
        head, _, body = send(mock.url, START.replace(b"GET", b"FOO") + b"\r\n").partition(b"\r\n\r\n")

    deployed = release in find_overlays()
    assert head.startswith(b"HTTP/1.1 405 " if deployed else b"HTTP/1.1 400 ")
    assert (body == b"") == deployed
    assert b"x-coder-request-id: " in head
    assert b"x-ratelimit" not in head.lower()
