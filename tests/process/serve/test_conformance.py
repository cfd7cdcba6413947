"""The mock keeps its own contracts: Schemathesis, all checks, all phases."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import Running, Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.drift import ReleaseDrift, find_drift
from auditmock.openapi.releases import open_release

TOKEN = token_of(BuiltinUser.OWNER)
ROOT = Path(__file__).parents[3]
CONFIG = (ROOT / "tests" / "data" / "schemathesis.toml").read_text(encoding="utf-8")
CHECKS = {
    "ServerError": "not_a_server_error",
    "AcceptedNegativeData": "negative_data_rejection",
    "RejectedPositiveData": "positive_data_acceptance",
    "UnsupportedMethodResponse": "unsupported_method",
    "IgnoredAuth": "ignored_auth",
}
"""By what Schemathesis calls a failure, the check that finds it."""
PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")

Done = subprocess.CompletedProcess[str]


def judge(
    server: Running, folder: Path, config: str, *flags: str, contract: Path = ROOT / "openapi.yaml"
) -> Done:
    """Run Schemathesis against a server, sure that its token is good."""
    headers = {"Coder-Session-Token": TOKEN}
    httpx.get(f"{server.url}/api/v2/audit?q=", headers=headers).raise_for_status()
    (folder / "schemathesis.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    return subprocess.run(
        [*command, str(contract), "--url", f"{server.url}/api/v2", *flags],
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("found", find_drift(), ids=lambda found: found.release)
def test_deployed_releases_are_found_to_be_what_they_are(
    start_server: Start, tmp_path: Path, found: ReleaseDrift
) -> None:
    """What is found in a deployed release is in the drift report, with its reason; nothing else is found."""
    contract = tmp_path / "contract.yaml"
    contract.write_text(open_release(found.release).text, encoding="utf-8")
    server = start_server("--release", found.release, "--logs", "300")
    report = tmp_path / "report.json"
    flags = ("--max-examples", "40", "--report", "json", "--report-json-path", str(report))
    done = judge(server, tmp_path, CONFIG, *flags, contract=contract)

    told = json.loads(report.read_text(encoding="utf-8"))["failures"]
    found_here = {
        (CHECKS.get(each["type"], each["type"]), name) for each in told for name in each["operations"]
    }
    explained = {(row.check, row.operation) for row in found.explained}
    # of what goes wrong in a story of several requests, Schemathesis does not say in which
    checks = {(check, "Stateful tests") for check, _ in explained}
    anywhere = {check for check, operation in explained if operation == "any"}
    assert found_here, done.stdout
    assert {each for each in found_here - explained - checks if each[0] not in anywhere} == set()
