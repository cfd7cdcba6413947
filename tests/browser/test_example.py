"""Rules of the example for Playwright: it runs as it stands."""

import os
import subprocess
from pathlib import Path

import pytest
from processes import Running

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "playwright"


def test_the_example_passes(server: Running, tmp_path: Path) -> None:
    """Its tests pass, several at once on one server, each in a world of its own."""
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


def test_the_lock_names_no_registry() -> None:
    """The packages are pinned by their contents, wherever they come from."""
    lock = (EXAMPLE / "package-lock.json").read_text(encoding="utf-8")

    assert "integrity" in lock
    assert "http" not in lock
