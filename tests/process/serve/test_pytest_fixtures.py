"""The pytest fixtures of the mock, in a small suite of somebody else's."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from auditmock.testing import AuditMock

SUITE = """
import httpx
import pytest


@pytest.mark.parametrize("number", range(12))
def test_it_sees_its_own_world(audit_mock, audit_token, number):
    headers = {"Coder-Session-Token": audit_token}
    for _ in range(number):
        httpx.post(f"{audit_mock.url}/api/v2/audit/testgenerate", headers=headers, json={})
    page = httpx.get(f"{audit_mock.url}/api/v2/audit?q=", headers=headers).json()

    assert page["count"] == 10_000 + number
    assert len(audit_mock.requests(audit_token)) == number + 1
"""
LIST = "/api/v2/audit?q="


@pytest.mark.parametrize(
    "flags", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["one process", "xdist"]
)
def test_each_test_has_its_own_world(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """Tests that post see what they posted themselves, in one process or in several."""
    (tmp_path / "test_mine.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "auditmock.pytest_plugin", *flags]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert "12 passed" in done.stdout, done.stdout + done.stderr


def count(mock: AuditMock, token: str) -> int:
    """Count what a token sees."""
    total: int = httpx.get(f"{mock.url}{LIST}", headers={"Coder-Session-Token": token}).json()["count"]
    return total


def test_a_scenario_has_its_tokens() -> None:
    """A token of a scenario opens a new world of it, whoever else has one."""
    with AuditMock() as mock:
        tokens = [mock.token(scenario="first-day") for _ in range(2)]
        headers = {"Coder-Session-Token": tokens[0]}
        httpx.post(f"{mock.url}/api/v2/audit/testgenerate", headers=headers, json={})
        counts = [count(mock, token) for token in tokens]

        with pytest.raises(ValueError, match=r'Unknown scenario "no-such"\. Available: busy, default'):
            mock.token(scenario="no-such")
        with pytest.raises(ValueError, match=r'Unknown role "nobody"\. Available: owner, audi'):
            mock.token("nobody")
        with pytest.raises(ValueError, match='kind: "slow" is none of latency, status'):
            mock.fault("slow", token=tokens[0])
    assert counts == [13, 12]


def test_requests_are_found_by_what_they_are() -> None:
    """What was asked is listed for a token, newest first, and by its values."""
    with AuditMock() as mock:
        one, other = mock.token(), mock.token()
        count(mock, one)
        httpx.get(f"{mock.url}/api/v2/audit?q=a:b:c", headers={"Coder-Session-Token": one})
        count(mock, other)
        statuses = [each["status"] for each in mock.requests(one)]
        refused = mock.requests(status=400)

    assert statuses == [400, 200]
    assert [each["target"] for each in refused] == ["/api/v2/audit?q=a:b:c"]
