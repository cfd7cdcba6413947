"""The control API conforms to its own document: Schemathesis finds nothing with all checks and phases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Running, Start

from auditmock.server.control_app import load_control_document

ROOT = Path(__file__).parents[3]
BASE_CONFIG = (ROOT / "tests" / "data" / "schemathesis.toml").read_text(encoding="utf-8")
CONFIG = "\n".join(line for line in BASE_CONFIG.splitlines() if not line.startswith(("headers", "fail-on")))
HOOKS = '''
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Shorten event streams with a valid or no duration: they would not end."""
    query = case.query or {}
    if case.operation.path == "/events" and str(query.get("seconds", "0")) in map(str, range(86401)):
        case.query = {**query, "seconds": 0}
'''


def run_schemathesis(server: Running, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis against the control API."""
    (folder / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "hooks.py").write_text(HOOKS, encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    document = folder / "control.yaml"
    document.write_text(load_control_document().text, encoding="utf-8")
    return subprocess.run(
        [*command, str(document), "--url", f"{server.url}/_mock", *flags],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


RUNS = [("documented", 30), ("v0.14", 5), ("v2.35", 5)]
"""Release, and number of generated requests for each operation."""


@pytest.mark.slow
@pytest.mark.parametrize(("release", "examples"), RUNS)
def test_control_api_passes_schemathesis(
    start_server: Start, tmp_path: Path, release: str, examples: int
) -> None:
    """Every check passes in all four phases, in every release."""
    done = run_schemathesis(
        start_server("--release", release, "--logs", "100"), tmp_path, "--max-examples", str(examples)
    )

    assert done.returncode == 0, done.stdout[-4000:]
    assert done.stdout.count("✅") >= 8
