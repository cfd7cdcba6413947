"""Faults on demand over real sockets: each does what it says, in its own world, and nowhere else."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditmock.settings import Settings
from auditmock.testing import AuditMock

LIST, WRITE = "/api/v2/audit", "/api/v2/audit/testgenerate"


@pytest.fixture(scope="module", params=["documented", "v0.14", "v2.35"])
def mock(request: pytest.FixtureRequest) -> Iterator[AuditMock]:
    """Give a mock of each release."""
    with AuditMock(Settings(release=request.param, logs=50)) as mock:
        yield mock


def get(mock: AuditMock, token: str, **options: Any) -> httpx.Response:
    """Ask for a list."""
    headers = {"Coder-Session-Token": token}
    return httpx.get(f"{mock.url}{LIST}?q=&limit=5", headers=headers, timeout=10, **options)


def post(mock: AuditMock, token: str) -> httpx.Response:
    """Write a log."""
    return httpx.post(f"{mock.url}{WRITE}", headers={"Coder-Session-Token": token}, json={}, timeout=10)


def count(mock: AuditMock, token: str) -> int:
    """Count a world's logs."""
    total: int = get(mock, token).json()["count"]
    return total


def read_raw(mock: AuditMock, token: str) -> bytes:
    """Ask for a list, and read until the connection ends."""
    host, port = mock.url.removeprefix("http://").split(":")
    request = f"GET {LIST}?q=&limit=5 HTTP/1.1\r\nHost: mock\r\nCoder-Session-Token: {token}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        came = b""
        while piece := connection.recv(1 << 16):
            came += piece
    return came


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_a_status(mock: AuditMock, status: int) -> None:
    """The next request is answered with the status in Coder's envelope, and the one after it as always."""
    token = mock.token()
    mock.fault("status", token=token, status=status, times=1)
    struck, usual = get(mock, token), get(mock, token)

    assert (struck.status_code, usual.status_code) == (status, 200)
    assert struck.json()["message"]
    assert struck.headers.get("retry-after") == ("60" if status in {429, 503} else None)


def test_a_status_has_its_wait(mock: AuditMock) -> None:
    """How long to wait can be said."""
    token = mock.token()
    mock.fault("status", token=token, status=429, retry_after=7)

    assert get(mock, token).headers["retry-after"] == "7"


def test_a_latency(mock: AuditMock) -> None:
    """The answer is the usual one, and does not come before its time."""
    token = mock.token()
    mock.fault("latency", token=token, milliseconds=80, times=1)
    struck = get(mock, token)

    assert struck.status_code == 200
    assert struck.elapsed.total_seconds() >= 0.08


def test_a_slow_body(mock: AuditMock) -> None:
    """The body comes in pieces, and is whole in the end."""
    token = mock.token()
    mock.fault("slow_body", token=token, milliseconds=100, times=1)
    struck = get(mock, token)

    assert struck.json() == get(mock, token).json()
    assert struck.elapsed.total_seconds() >= 0.08


def test_a_truncated_body(mock: AuditMock) -> None:
    """The connection ends before as much has come as was promised."""
    token = mock.token()
    mock.fault("truncated_body", token=token)

    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection without sending complete"):
        get(mock, token)


def test_a_reset(mock: AuditMock) -> None:
    """The connection is reset."""
    token = mock.token()
    mock.fault("reset", token=token)

    with pytest.raises(ConnectionResetError):
        read_raw(mock, token)


def test_an_empty_reply(mock: AuditMock) -> None:
    """The connection is closed without a byte."""
    token = mock.token()
    mock.fault("empty_reply", token=token)

    assert read_raw(mock, token) == b""


def test_malformed_json(mock: AuditMock) -> None:
    """The body is as long as it was, and is no JSON."""
    token = mock.token()
    mock.fault("malformed_json", token=token, times=1)
    struck, usual = get(mock, token), get(mock, token)

    assert struck.status_code == 200
    assert len(struck.content) == len(usual.content)
    with pytest.raises(json.JSONDecodeError):
        struck.json()


@pytest.mark.parametrize(
    ("fault", "written"),
    [
        ({"kind": "status", "status": 500}, 0),
        ({"kind": "reset"}, 0),
        ({"kind": "empty_reply"}, 0),
        ({"kind": "latency", "milliseconds": 1}, 1),
        ({"kind": "slow_body", "milliseconds": 1}, 1),
        ({"kind": "malformed_json"}, 1),
        ({"kind": "truncated_body"}, 1),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_what_is_refused_or_lost_writes_nothing(
    mock: AuditMock, fault: Mapping[str, Any], written: int
) -> None:
    """A request that fails has no effect; one whose answer suffers has its own."""
    token = mock.token()
    before = count(mock, token)
    mock.fault(**fault, token=token, operation="generate-fake-audit-logs")
    with suppress(httpx.TransportError):
        post(mock, token)
    counted = count(mock, token)

    assert counted == before + written


def test_strangers_are_never_hit(mock: AuditMock) -> None:
    """A request without a good token is answered as always."""
    token = mock.token()
    mock.fault("status", token=token, status=503)

    assert httpx.get(f"{mock.url}{LIST}?q=").status_code == 401


def test_the_request_log_names_what_struck(mock: AuditMock) -> None:
    """What hit a request stands in the request_log, an answer that was never sent as status 0."""
    token = mock.token()
    mock.fault("status", token=token, status=503, times=1)
    mock.fault("empty_reply", token=token, times=1)
    get(mock, token)
    read_raw(mock, token)
    get(mock, token)
    told = [(each["status"], each["fault"]) for each in mock.requests(token)]

    assert told == [(200, ""), (0, "empty_reply"), (503, "status")]


def test_a_reset_world_has_none(mock: AuditMock) -> None:
    """A world that begins anew has no faults."""
    token = mock.token()
    mock.fault("status", token=token, status=503)
    mock.reset(token)

    assert get(mock, token).status_code == 200


def test_what_makes_no_sense_is_refused(mock: AuditMock) -> None:
    """A fault that lacks something, and a token that opens nothing, are mistakes."""
    with pytest.raises(ValueError, match="needs status"):
        mock.fault("status", token=mock.token())
    with pytest.raises(ValueError, match="The token is not accepted"):
        mock.fault("reset", token="nobody")  # noqa: S106 - no token


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 3), max_size=12), st.sets(st.integers(0, 3)))
def test_a_fault_never_touches_another_world(mock: AuditMock, asked: list[int], struck: set[int]) -> None:
    """Whatever is asked in whichever order, only worlds with a fault see it."""
    tokens = [mock.token() for _ in range(4)]
    for number in struck:
        mock.fault("status", token=tokens[number], status=503)

    assert [get(mock, tokens[number]).status_code for number in asked] == [
        503 if number in struck else 200 for number in asked
    ]
