"""The pytest fixtures of the mock, used by a small test suite."""

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
def test_token_sees_its_own_world(audit_mock, audit_token, number):
    headers = {"Coder-Session-Token": audit_token}
    for _ in range(number):
        httpx.post(f"{audit_mock.url}/api/v2/audit/testgenerate", headers=headers, json={})
    page = httpx.get(f"{audit_mock.url}/api/v2/audit?q=", headers=headers).json()

    assert page["count"] == 10_000 + number
    assert len(audit_mock.requests(audit_token)) == number + 1
"""
LIST = "/api/v2/audit?q="


@pytest.mark.slow
@pytest.mark.parametrize("flags", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_each_test_has_its_own_world(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """Tests see only their own posts, in one process or in several."""
    (tmp_path / "test_mine.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "auditmock.pytest_plugin", *flags]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert "12 passed" in done.stdout, done.stdout + done.stderr


def test_mock_raises_no_warning() -> None:
    """A caller whose warnings are errors can import and start a mock."""
    command = [
        sys.executable,
        "-P",
        "-W",
        "error",
        "-c",
        "from auditmock.testing import AuditMock as A; A().__enter__()",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def count_logs(mock: AuditMock, token: str) -> int:
    """Count the logs that a token sees."""
    total: int = httpx.get(f"{mock.url}{LIST}", headers={"Coder-Session-Token": token}).json()["count"]
    return total


def test_token_of_a_scenario_opens_a_new_world() -> None:
    """Each token of a scenario opens a new world of it."""
    with AuditMock() as mock:
        tokens = [mock.token(scenario="first-day") for _ in range(2)]
        headers = {"Coder-Session-Token": tokens[0]}
        httpx.post(f"{mock.url}/api/v2/audit/testgenerate", headers=headers, json={})
        counts = [count_logs(mock, token) for token in tokens]

        with pytest.raises(ValueError, match=r'Unknown scenario "no-such"\. Available: busy, default'):
            mock.token(scenario="no-such")
        with pytest.raises(ValueError, match=r'Unknown role "nobody"\. Available: owner, audi'):
            mock.token("nobody")
        with pytest.raises(ValueError, match='kind: "slow" is not one of latency, status'):
            mock.fault("slow", token=tokens[0])
    assert counts == [13, 12]


def test_requests_can_be_filtered() -> None:
    """Requests are listed for a token or by their values, newest first."""
    with AuditMock() as mock:
        one, other = mock.token(), mock.token()
        count_logs(mock, one)
        httpx.get(f"{mock.url}/api/v2/audit?q=a:b:c", headers={"Coder-Session-Token": one})
        count_logs(mock, other)
        statuses = [each["status"] for each in mock.requests(one)]
        rejected = mock.requests(status=400)

    assert statuses == [400, 200]
    assert [each["target"] for each in rejected] == ["/api/v2/audit?q=a:b:c"]
