"""Schemathesis alone against the same servers, for comparison."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.contract import find_contract

_CONFIG = Path(__file__).parents[1] / "data" / "schemathesis.toml"
_EXAMPLES = "50"
_SECONDS = 300


def finds_fault(url: str) -> bool:
    """Run all phases and checks with 50 examples; return whether any check fails."""
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", str(_CONFIG), "run"]
    flags = ["--url", f"{url}/api/v2", "--max-examples", _EXAMPLES, "--max-failures", "1"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, str(find_contract()), *flags],
            cwd=folder,
            env={**os.environ, "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER), "NO_COLOR": "1"},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    return done.returncode != 0
