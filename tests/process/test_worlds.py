"""Worlds over HTTP: clients side by side, each with a token of its own, never meet."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

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
