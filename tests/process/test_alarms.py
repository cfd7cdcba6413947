"""No false alarms: what keeps the contract is judged so, whoever else is at work there."""

import subprocess
import sys
from pathlib import Path

import pytest
from neighbours import neighbour
from processes import Start

from auditmock.fixtures.people import Holder
from auditmock.handlers.tokens import token_of

OWNER = token_of(Holder.OWNER)
MEMBER = token_of(Holder.MEMBER)
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 21))]
FLAGS = ("--rate-limit", "0", "--allow-writes", "--token", OWNER, "--second-token", MEMBER)


def judge(url: str, folder: Path, seed: int) -> subprocess.CompletedProcess[str]:
    """Judge a deployment."""
    command = [sys.executable, "-P", "-m", "auditmock", "check", url, *FLAGS, "--seed", str(seed)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quiet_server_conforms(start_server: Start, tmp_path: Path, seed: int) -> None:
    """Whatever is drawn, a good deployment is judged good."""
    done = judge(start_server().url, tmp_path, seed)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("logs", ["0", "1", "40", "400000"])
def test_a_server_of_any_size_conforms(start_server: Start, tmp_path: Path, logs: str) -> None:
    """A deployment with no logs, few, or so many that a day has more than a page, is judged good."""
    done = judge(start_server("--logs", logs).url, tmp_path, 1)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_a_busy_server_conforms(start_server: Start, tmp_path: Path, seed: int) -> None:
    """So it is while another client posts 20 logs a second, of now and of days long gone."""
    url = start_server().url
    with neighbour(url, OWNER, rate=20) as statuses:
        done = judge(url, tmp_path, seed)

    assert done.returncode == 0, done.stdout
    assert len(statuses) > 20
    assert set(statuses) == {204}
