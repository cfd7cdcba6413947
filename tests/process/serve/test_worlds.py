"""Worlds over HTTP: clients side by side, each with a token of its own, never meet."""

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


def work(mock: AuditMock, number: int) -> tuple[int, set[str], bytes]:
    """Post some logs and list them: the count, the addresses they were sent with, and the page before."""
    with httpx.Client(base_url=mock.url, headers={"Coder-Session-Token": mock.token()}) as client:
        before = client.get(LIST, params={"q": "", "limit": 5}).content
        for _ in range(POSTS):
            client.post(f"{LIST}/testgenerate", json={}, headers={"User-Agent": f"client {number}"})
        page = client.get(LIST, params={"q": "", "limit": POSTS}).json()
    return page["count"], {log["user_agent"] for log in page["audit_logs"]}, before


def test_clients_side_by_side_never_meet() -> None:
    """Fifty clients that post at once see the history and their own logs, and nothing of each other."""
    with AuditMock() as mock, ThreadPoolExecutor(CLIENTS) as threads:
        seen = list(threads.map(lambda number: work(mock, number), range(CLIENTS)))

    assert [(count, agents) for count, agents, _ in seen] == [
        (10_000 + POSTS, {f"client {number}"}) for number in range(CLIENTS)
    ]
    assert len({before for _, _, before in seen}) == 1


ROUNDS = 100


FAULTS = [
    {"kind": "latency", "milliseconds": 1, "fraction": 0.1},
    {"kind": "status", "status": 503, "fraction": 0.2},
]


class Transcript(NamedTuple):
    """Every good answer's body, and how many requests were struck by a fault before."""

    bodies: list[bytes]
    struck: int


def transcribe(url: str, token: str) -> Transcript:
    """Post and list in turn, two hundred requests in all, each until no fault strikes it."""
    address = urlsplit(url)
    connection = HTTPConnection(str(address.hostname), address.port)
    headers = {"Coder-Session-Token": token, "Content-Type": "application/json", "User-Agent": "transcript"}
    bodies, struck = [], 0
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
                struck += status == 503
            bodies.append(body_read)
    connection.close()
    return Transcript(bodies, struck)


def test_worlds_are_as_a_fresh_server(start_server: Start) -> None:
    """Fifty worlds, with faults in half of them, answer to the byte as one alone on a new server."""
    alone = transcribe(start_server().url, f"Owner00000-{0:022}")
    url = start_server().url
    with ThreadPoolExecutor(CLIENTS) as threads:
        worlds = [f"{number:022}" for number in range(1, CLIENTS + 1)]
        for world in worlds[::2]:
            httpx.put(f"{url}/_mock/worlds/{world}/faults", json=FAULTS).raise_for_status()
        together = list(threads.map(lambda world: transcribe(url, f"Owner00000-{world}"), worlds))

    assert len(alone.bodies) == 2 * ROUNDS
    assert [number for number, each in enumerate(together) if each.bodies != alone.bodies] == []
    assert all(each.struck for each in together[::2])
    assert not any(each.struck for each in together[1::2])


@pytest.mark.parametrize("role", ["owner", "auditor"])
def test_a_token_beside_another_sees_its_world(role: str) -> None:
    """`beside` gives somebody else, or the same person, a token of the same world."""
    with AuditMock() as mock:
        owner = mock.token()
        httpx.post(f"{mock.url}{LIST}/testgenerate", json={}, headers={"Coder-Session-Token": owner})
        counts = [
            httpx.get(f"{mock.url}{LIST}?q=", headers={"Coder-Session-Token": token}).json()["count"]
            for token in (mock.token(role, beside=owner), mock.token(role))
        ]

    assert counts == [10_001, 10_000]
