"""No false alarms: conforming servers pass, even while other clients write."""

import random
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from concurrent_writer import LIST, WRITE, draw_body, write_concurrently
from processes import Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.releases import list_releases

OWNER = token_of(BuiltinUser.OWNER)
MEMBER = token_of(BuiltinUser.MEMBER)
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 21))]
POSTS = 150
FLAGS = ("--rate-limit", "0", "--allow-writes", "--second-token", MEMBER)


def run_check(url: str, folder: Path, seed: int, token: str = OWNER) -> subprocess.CompletedProcess[str]:
    """Check a deployment."""
    flags = (*FLAGS, "--token", token, "--seed", str(seed))
    command = [sys.executable, "-P", "-m", "auditmock", "check", url, *flags]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_idle_server_conforms(start_server: Start, tmp_path: Path, seed: int) -> None:
    """A conforming server passes with every seed."""
    done = run_check(start_server().url, tmp_path, seed)

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("logs", ["0", "1", "40", "400000"])
def test_server_of_any_size_conforms(start_server: Start, tmp_path: Path, logs: str) -> None:
    """A server with no logs, few logs, or more logs per day than a page holds passes."""
    done = run_check(start_server("--logs", logs).url, tmp_path, 1)

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_busy_server_conforms(start_server: Start, tmp_path: Path, seed: int) -> None:
    """A server passes while another client posts 20 logs per second with recent and old times."""
    url = start_server().url
    with write_concurrently(url, OWNER, rate=20) as statuses:
        done = run_check(url, tmp_path, seed)

    assert done.returncode == 0, done.stdout
    assert len(statuses) > 20
    assert set(statuses) == {204}


@pytest.mark.slow
@pytest.mark.parametrize("release", list_releases())
def test_server_with_posted_logs_conforms(start_server: Start, tmp_path: Path, release: str) -> None:
    """A server passes when it has posted logs of every kind."""
    url = start_server("--release", release).url
    rng = random.Random(release)
    with httpx.Client(base_url=url, headers={"Coder-Session-Token": OWNER}) as client:
        known = client.get(LIST, params={"q": "", "limit": 100}).json()["audit_logs"]
        statuses = [client.post(WRITE, json=draw_body(rng, known)).status_code for _ in range(POSTS)]
    done = run_check(url, tmp_path, 1)

    assert {*statuses} == {204}
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("token_id", ["Owner00000", "Empty00000"])
def test_private_world_conforms_twice(start_server: Start, tmp_path: Path, token_id: str) -> None:
    """A private world passes twice; logs written by the first run do not fail the second."""
    url = start_server().url
    runs = [run_check(url, tmp_path, seed, f"{token_id}-aWorldOfMyOwn000000001") for seed in (1, 2)]

    assert [done.returncode for done in runs] == [0, 0], runs[-1].stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("release", "token_id"), [("documented", "FirstDay00"), ("v2.35", "Incident00"), ("v0.14", "DeletedUse")]
)
def test_realistic_scenarios_conform(
    start_server: Start, tmp_path: Path, release: str, token_id: str
) -> None:
    """Scenarios with a realistic history pass (`hostile` and `every-kind` are not realistic)."""
    url = start_server("--release", release).url
    done = run_check(url, tmp_path, 1, f"{token_id}-aWorldOfMyOwn000000001")

    assert done.returncode == 0, done.stdout
