"""The rerun commands that `auditmock check` prints reproduce a failure."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import Start

from auditmock.checker.core.options import OPTIONS
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

ONLY = next(option for option in OPTIONS if option.name == "only")
ENVIRONMENT = {
    **os.environ,
    "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER),
    "CODER_SECOND_TOKEN": token_of(BuiltinUser.MEMBER),
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
}


@pytest.fixture
def failed(start_server: Start, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Check a server against another release than its own; return the failed checks of the report by name."""
    url = start_server("--release", "v2.35").url
    flags = (
        "--release documented --rate-limit 0 --only auth,responses,syntax,fields,consistency --report json"
    )
    subprocess.run(
        ["/bin/sh", "-c", f"auditmock check {url} {flags}"], cwd=tmp_path, env=ENVIRONMENT, check=False
    )
    checks = json.loads((tmp_path / "auditmock-report" / "report.json").read_text())["checks"]
    return {check["name"]: check for check in checks if check["outcome"] == "failed"}


@pytest.mark.slow
def test_rerun_command_reproduces_failure(failed: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The rerun command runs that case alone, with the same release, and it fails again."""
    cases = [name for name in failed if "[" in name and not name.startswith("responses/")]
    responses = [name for name in failed if name.startswith("responses/")]
    for name in (cases[0], cases[-1], responses[0]):
        command = failed[name]["rerun"]
        again = f"{command} --report json --report-dir again"
        subprocess.run(["/bin/sh", "-c", again], cwd=tmp_path, env=ENVIRONMENT, check=False)
        checks = json.loads((tmp_path / "again" / "report.json").read_text())["checks"]

        words = shlex.split(command)
        assert {check["name"] for check in checks} == {*ONLY.read(words[words.index("--only") + 1])}
        assert name in {check["name"] for check in checks if check["outcome"] == "failed"}
        assert '--second-token "$CODER_SECOND_TOKEN"' in command


@pytest.mark.slow
def test_every_failure_has_a_request(failed: dict[str, dict[str, Any]]) -> None:
    """Every failure, also of a single log, has a request that reproduces it."""
    assert [name for name in failed if name.startswith("fields/")]
    assert not [name for name, check in failed.items() if not check["curl"]]
