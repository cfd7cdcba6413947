"""The mock keeps its own contract: Schemathesis, all checks, all phases."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import Running, Start

from auditmock.fixtures.people import Holder
from auditmock.handlers.tokens import token_of

TOKEN = token_of(Holder.OWNER)
ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "tests" / "data" / "schemathesis.toml").read_text(encoding="utf-8")
PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")

Done = subprocess.CompletedProcess[str]


def judge(server: Running, folder: Path, config: str, *flags: str) -> Done:
    """Run Schemathesis against a server, sure that its token is good."""
    headers = {"Coder-Session-Token": TOKEN}
    httpx.get(f"{server.url}/api/v2/audit?q=", headers=headers).raise_for_status()
    (folder / "schemathesis.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    return subprocess.run(
        [*command, str(ROOT / "openapi.yaml"), "--url", f"{server.url}/api/v2", *flags],
        cwd=folder,
        env={**os.environ, "CODER_SESSION_TOKEN": TOKEN, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def phases_passed(done: Done) -> list[str]:
    """Read off the summary which phases ran and passed."""
    return re.findall(r"^ +✅ (\w+)$", done.stdout.partition("Test Phases:")[2], re.MULTILINE)


def test_nothing_is_found(start_server: Start, tmp_path: Path) -> None:
    """At 50 examples no check fails in any of the four phases."""
    done = judge(start_server(), tmp_path, CONFIG, "--max-examples", "50")

    assert done.returncode == 0, done.stdout
    assert phases_passed(done) == list(PHASES)


READ_ONLY = CONFIG.replace("[phases.coverage]", "[phases.coverage]\nunexpected-methods = []")


def test_a_read_only_run_only_reads(start_server: Start, tmp_path: Path) -> None:
    """Told to send nothing but GET, Schemathesis finds nothing either, and sends nothing else."""
    server = start_server("--log-format", "json")
    # the stateful phase follows a link from POST, so there is none
    flags = ("--include-method", "GET", "--phases", "examples,coverage,fuzzing", "--max-examples", "50")
    done = judge(server, tmp_path, READ_ONLY, *flags)
    server.interrupt()

    assert done.returncode == 0, done.stdout
    methods = set(re.findall(r'"method": "(\w+)"', (tmp_path / "server-0.log").read_text()))
    assert methods == {"GET"}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 6))
def test_nothing_is_found_in_depth(start_server: Start, tmp_path: Path, seed: int) -> None:
    """At 1,000 examples no check fails, whatever the seed."""
    config = CONFIG.replace("deterministic = true", "")
    done = judge(start_server(), tmp_path, config, "--max-examples", "1000", "--seed", str(seed))

    assert done.returncode == 0, done.stdout
    assert phases_passed(done) == list(PHASES)
