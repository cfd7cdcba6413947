"""The Playwright example runs unchanged."""

import os
import subprocess
from pathlib import Path

import pytest
from processes import Running

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "playwright"


def test_example_passes(server: Running, tmp_path: Path) -> None:
    """The example's tests pass in parallel on one server, each in its own world."""
    command = [str(EXAMPLE / "node_modules" / ".bin" / "playwright"), "test", "--output", str(tmp_path)]

    done = subprocess.run(
        command,
        cwd=EXAMPLE,
        env={**os.environ, "AUDITMOCK_URL": server.url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_lock_names_no_registry() -> None:
    """The lock file pins packages by hash and names no host."""
    lock = (EXAMPLE / "package-lock.json").read_text(encoding="utf-8")

    assert "integrity" in lock
    assert "http" not in lock
