"""Worlds over HTTP: concurrent clients, each with its own token, are isolated."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
from processes import Start

from auditmock.testing import AuditMock

LIST = "/api/v2/audit"
CLIENTS = 50
POSTS = 4


def post_and_list(mock: AuditMock, number: int) -> tuple[int, set[str], bytes]:
    """Post some logs and list them; return count, user agents, and the page before."""
    with httpx.Client(base_url=mock.url, headers={"Coder-Session-Token": mock.token()}) as client:
        before = client.get(LIST, params={"q": "", "limit": 5}).content
        for _ in range(POSTS):
            client.post(f"{LIST}/testgenerate", json={}, headers={"User-Agent": f"client {number}"})
        page = client.get(LIST, params={"q": "", "limit": POSTS}).json()
    return page["count"], {log["user_agent"] for log in page["audit_logs"]}, before


def test_concurrent_clients_are_isolated() -> None:
    """Fifty concurrent clients see the history and their own logs only."""
    with AuditMock() as mock, ThreadPoolExecutor(CLIENTS) as threads:
        results = list(threads.map(lambda number: post_and_list(mock, number), range(CLIENTS)))

    assert [(count, agents) for count, agents, _ in results] == [
        (10_000 + POSTS, {f"client {number}"}) for number in range(CLIENTS)
    ]
    assert len({before for _, _, before in results}) == 1


ROUNDS = 100


FAULTS = [
    {"kind": "latency", "milliseconds": 1, "fraction": 0.1},
    {"kind": "status", "status": 503, "fraction": 0.2},
]


class Transcript(NamedTuple):
    """The bodies of all successful responses, and the number of requests with a fault."""

    bodies: list[bytes]
    faults: int


def run_session(url: str, token: str) -> Transcript:
    """Post and list in turn, 200 requests, each repeated until it has no fault."""
    address = urlsplit(url)
    connection = HTTPConnection(str(address.hostname), address.port)
    headers = {"Coder-Session-Token": token, "Content-Type": "application/json", "User-Agent": "transcript"}
    bodies, faults = [], 0
    for number in range(ROUNDS):
        action = ("create", "write", "delete")[number % 3]
        body = f'{{"action": "{action}", "time": "2025-12-{number % 28 + 1:02}T12:00:00Z"}}'
        for method, target, sent in (
            ("POST", f"{LIST}/testgenerate", body),
            ("GET", f"{LIST}?q=action:{action}&limit=3", None),
        ):
            status, body_read = 503, b""
            while status == 503:
                connection.request(method, target, sent, headers)
                response = connection.getresponse()
                status, body_read = response.status, response.read()
                faults += status == 503
            bodies.append(body_read)
    connection.close()
    return Transcript(bodies, faults)


@pytest.mark.slow
def test_worlds_equal_a_new_server(start_server: Start) -> None:
    """Fifty worlds, half of them with faults, give the same bytes as a new server."""
    expected = run_session(start_server().url, f"Owner00000-{0:022}")
    url = start_server().url
    with ThreadPoolExecutor(CLIENTS) as threads:
        worlds = [f"{number:022}" for number in range(1, CLIENTS + 1)]
        for world in worlds[::2]:
            httpx.put(f"{url}/_mock/worlds/{world}/faults", json=FAULTS).raise_for_status()
        sessions = list(threads.map(lambda world: run_session(url, f"Owner00000-{world}"), worlds))

    assert len(expected.bodies) == 2 * ROUNDS
    assert [number for number, each in enumerate(sessions) if each.bodies != expected.bodies] == []
    assert all(each.faults for each in sessions[::2])
    assert not any(each.faults for each in sessions[1::2])


@pytest.mark.parametrize("role", ["owner", "auditor"])
def test_beside_gives_a_token_of_the_same_world(role: str) -> None:
    """`beside` returns a token of another or the same role for the same world."""
    with AuditMock() as mock:
        owner = mock.token()
        httpx.post(f"{mock.url}{LIST}/testgenerate", json={}, headers={"Coder-Session-Token": owner})
        counts = [
            httpx.get(f"{mock.url}{LIST}?q=", headers={"Coder-Session-Token": token}).json()["count"]
            for token in (mock.token(role, beside=owner), mock.token(role))
        ]

    assert counts == [10_001, 10_000]
