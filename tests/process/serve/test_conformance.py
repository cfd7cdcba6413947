"""The mock conforms to its own contracts: Schemathesis finds nothing with all checks and phases."""

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
"""The check of Schemathesis by its failure type."""
PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")

Done = subprocess.CompletedProcess[str]


def run_schemathesis(
    server: Running, folder: Path, config: str, *flags: str, contract: Path = ROOT / "openapi.yaml"
) -> Done:
    """Run Schemathesis against a server with a valid token."""
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


def read_passed_phases(done: Done) -> list[str]:
    """Read the passed phases from the summary."""
    return re.findall(r"^ +✅ (\w+)$", done.stdout.partition("Test Phases:")[2], re.MULTILINE)


@pytest.mark.slow
def test_mock_passes_schemathesis(start_server: Start, tmp_path: Path) -> None:
    """With 50 examples every check passes in all four phases."""
    done = run_schemathesis(start_server(), tmp_path, CONFIG, "--max-examples", "50")

    assert done.returncode == 0, done.stdout
    assert read_passed_phases(done) == list(PHASES)


READ_ONLY = CONFIG.replace("[phases.coverage]", "[phases.coverage]\nunexpected-methods = []")


@pytest.mark.slow
def test_read_only_run_passes(start_server: Start, tmp_path: Path) -> None:
    """Restricted to GET, Schemathesis finds nothing and sends nothing else."""
    server = start_server("--log-format", "json")
    # The stateful phase needs the link from POST.
    flags = ("--include-method", "GET", "--phases", "examples,coverage,fuzzing", "--max-examples", "50")
    done = run_schemathesis(server, tmp_path, READ_ONLY, *flags)
    server.interrupt()

    assert done.returncode == 0, done.stdout
    methods = set(re.findall(r'"method": "(\w+)"', (tmp_path / "server-0.log").read_text()))
    assert methods == {"GET"}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 6))
def test_mock_passes_schemathesis_in_depth(start_server: Start, tmp_path: Path, seed: int) -> None:
    """With 1,000 examples every check passes with any seed."""
    config = CONFIG.replace("deterministic = true", "")
    done = run_schemathesis(start_server(), tmp_path, config, "--max-examples", "1000", "--seed", str(seed))

    assert done.returncode == 0, done.stdout
    assert read_passed_phases(done) == list(PHASES)


@pytest.mark.slow
@pytest.mark.parametrize("found", find_drift(), ids=lambda found: found.release)
def test_releases_fail_only_as_explained(start_server: Start, tmp_path: Path, found: ReleaseDrift) -> None:
    """In Coder's releases Schemathesis finds exactly what the drift report explains."""
    contract = tmp_path / "contract.yaml"
    contract.write_text(open_release(found.release).text, encoding="utf-8")
    server = start_server("--release", found.release, "--logs", "300")
    report = tmp_path / "report.json"
    flags = ("--max-examples", "40", "--report", "json", "--report-json-path", str(report))
    done = run_schemathesis(server, tmp_path, CONFIG, *flags, contract=contract)

    failures = json.loads(report.read_text(encoding="utf-8"))["failures"]
    found_here = {
        (CHECKS.get(failure["type"], failure["type"]), name)
        for failure in failures
        for name in failure["operations"]
    }
    explained = {(row.check, row.operation) for row in found.explained}
    # For stateful tests Schemathesis does not say which request failed.
    checks = {(check, "Stateful tests") for check, _ in explained}
    anywhere = {check for check, operation in explained if operation == "any"}
    assert found_here, done.stdout
    assert {failure for failure in found_here - explained - checks if failure[0] not in anywhere} == set()
