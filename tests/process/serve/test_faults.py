"""Faults over real sockets: each has its effect, in its own world only."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slow_cases import slow_except

from auditmock.settings import Settings
from auditmock.testing import AuditMock

LIST, WRITE = "/api/v2/audit", "/api/v2/audit/testgenerate"


@pytest.fixture(scope="module", params=slow_except(["documented", "v0.14", "v2.35"], "documented"))
def mock(request: pytest.FixtureRequest) -> Iterator[AuditMock]:
    """Start a mock of each release."""
    with AuditMock(Settings(release=request.param, logs=50)) as mock:
        yield mock


def get(mock: AuditMock, token: str, **options: Any) -> httpx.Response:
    """List logs."""
    headers = {"Coder-Session-Token": token}
    return httpx.get(f"{mock.url}{LIST}?q=&limit=5", headers=headers, timeout=10, **options)


def post(mock: AuditMock, token: str) -> httpx.Response:
    """Write a log."""
    return httpx.post(f"{mock.url}{WRITE}", headers={"Coder-Session-Token": token}, json={}, timeout=10)


def count_logs(mock: AuditMock, token: str) -> int:
    """Count a world's logs."""
    total: int = get(mock, token).json()["count"]
    return total


def read_raw(mock: AuditMock, token: str) -> bytes:
    """List logs over a socket and read until the connection ends."""
    host, port = mock.url.removeprefix("http://").split(":")
    request = f"GET {LIST}?q=&limit=5 HTTP/1.1\r\nHost: mock\r\nCoder-Session-Token: {token}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        received = b""
        while chunk := connection.recv(1 << 16):
            received += chunk
    return received


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_status_fault_replaces_the_response(mock: AuditMock, status: int) -> None:
    """The next request gets the status in Coder's envelope, and the one after it is normal."""
    token = mock.token()
    mock.fault("status", token=token, status=status, times=1)
    faulty, usual = get(mock, token), get(mock, token)

    assert (faulty.status_code, usual.status_code) == (status, 200)
    assert faulty.json()["message"]
    assert faulty.headers.get("retry-after") == ("60" if status in {429, 503} else None)


def test_status_fault_has_retry_after(mock: AuditMock) -> None:
    """`retry_after` sets the header."""
    token = mock.token()
    mock.fault("status", token=token, status=429, retry_after=7)

    assert get(mock, token).headers["retry-after"] == "7"


def test_latency_fault_delays_the_response(mock: AuditMock) -> None:
    """The response is the usual one, after the delay."""
    token = mock.token()
    mock.fault("latency", token=token, milliseconds=80, times=1)
    faulty = get(mock, token)

    assert faulty.status_code == 200
    assert faulty.elapsed.total_seconds() >= 0.08


def test_slow_body_fault_delays_the_body(mock: AuditMock) -> None:
    """The body arrives slowly and complete."""
    token = mock.token()
    mock.fault("slow_body", token=token, milliseconds=100, times=1)
    faulty = get(mock, token)

    assert faulty.json() == get(mock, token).json()
    assert faulty.elapsed.total_seconds() >= 0.08


def test_truncated_body_fault_ends_the_body_early(mock: AuditMock) -> None:
    """The connection ends before the announced length."""
    token = mock.token()
    mock.fault("truncated_body", token=token)

    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection without sending complete"):
        get(mock, token)


def test_reset_fault_resets_the_connection(mock: AuditMock) -> None:
    """The connection is reset."""
    token = mock.token()
    mock.fault("reset", token=token)

    with pytest.raises(ConnectionResetError):
        read_raw(mock, token)


def test_empty_reply_fault_closes_the_connection(mock: AuditMock) -> None:
    """The connection is closed without a byte."""
    token = mock.token()
    mock.fault("empty_reply", token=token)

    assert read_raw(mock, token) == b""


def test_malformed_json_fault_breaks_the_body(mock: AuditMock) -> None:
    """The body has the same length and is not valid JSON."""
    token = mock.token()
    mock.fault("malformed_json", token=token, times=1)
    faulty, usual = get(mock, token), get(mock, token)

    assert faulty.status_code == 200
    assert len(faulty.content) == len(usual.content)
    with pytest.raises(json.JSONDecodeError):
        faulty.json()


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
def test_failed_write_stores_nothing(mock: AuditMock, fault: Mapping[str, Any], written: int) -> None:
    """A write that fails stores nothing; a write with a damaged response is stored."""
    token = mock.token()
    before = count_logs(mock, token)
    mock.fault(**fault, token=token, operation="generate-fake-audit-logs")
    with suppress(httpx.TransportError):
        post(mock, token)
    after = count_logs(mock, token)

    assert after == before + written


def test_unauthenticated_requests_have_no_faults(mock: AuditMock) -> None:
    """A request without a valid token is not affected."""
    token = mock.token()
    mock.fault("status", token=token, status=503)

    assert httpx.get(f"{mock.url}{LIST}?q=").status_code == 401


def test_request_log_names_the_fault(mock: AuditMock) -> None:
    """The request log has the fault of each request, with status 0 if nothing was sent."""
    token = mock.token()
    mock.fault("status", token=token, status=503, times=1)
    mock.fault("empty_reply", token=token, times=1)
    get(mock, token)
    read_raw(mock, token)
    get(mock, token)
    recorded = [(each["status"], each["fault"]) for each in mock.requests(token)]

    assert recorded == [(200, ""), (0, "empty_reply"), (503, "status")]


def test_reset_world_has_no_faults(mock: AuditMock) -> None:
    """A reset removes the faults of a world."""
    token = mock.token()
    mock.fault("status", token=token, status=503)
    mock.reset(token)

    assert get(mock, token).status_code == 200


def test_invalid_fault_is_rejected(mock: AuditMock) -> None:
    """An incomplete fault and an invalid token raise ValueError."""
    with pytest.raises(ValueError, match="requires status"):
        mock.fault("status", token=mock.token())
    with pytest.raises(ValueError, match="The token is not accepted"):
        mock.fault("reset", token="nobody")  # noqa: S106 - an invalid token


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 3), max_size=12), st.sets(st.integers(0, 3)))
def test_faults_are_isolated_per_world(mock: AuditMock, requests: list[int], faulty: set[int]) -> None:
    """Only worlds with a fault are affected, in any order of requests."""
    tokens = [mock.token() for _ in range(4)]
    for number in faulty:
        mock.fault("status", token=tokens[number], status=503)

    assert [get(mock, tokens[number]).status_code for number in requests] == [
        503 if number in faulty else 200 for number in requests
    ]
