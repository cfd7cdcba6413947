"""Cells of the matrix: the suite of one release against the mock of another, each in its own process."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from processes import end_process, start_process

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.diff import compare
from auditmock.openapi.releases import open_release

_TOKENS = {
    "CODER_SESSION_TOKEN": token_of(BuiltinUser.OWNER),
    "CODER_SECOND_TOKEN": token_of(BuiltinUser.MEMBER),
}


class Cell(NamedTuple):
    """The result of a cell: the failed checks, each with its place in the contract."""

    release: str
    broken: Mapping[str, str]
    seconds: float


@contextmanager
def serve_release(release: str) -> Iterator[str]:
    """Serve the mock of a release and yield its URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = start_process(Path(folder) / "log", "--release", release, "--log-level", "warning")
        try:
            yield server.url
        finally:
            end_process(server)


def run_cell(release: str, url: str, seed: int, *flags: str) -> Cell:
    """Check a server against a release."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-m", "auditmock", "check", url, "--release", release]
        command += ["--rate-limit", "0", "--seed", str(seed), "--report", "json", "--report-dir", folder]
        subprocess.run([*command, *flags], env=os.environ | _TOKENS, capture_output=True, check=False)
        report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    broken = {each["name"]: each["contract"] for each in report["checks"] if each["outcome"] == "failed"}
    return Cell(report["release"], broken, report["seconds"])


def find_undeclared(cell: Cell, other: str) -> list[str]:
    """List the failed checks for which the overlays declare no difference."""
    one, two = (open_release(name).document for name in (cell.release, other))
    declared = [difference.place for difference in compare(one, two)]
    return [
        check
        for check, place in cell.broken.items()
        if not any(_overlap(_path(place), each) for each in declared)
    ]


def _path(pointer: str) -> str:
    """Convert a JSON pointer to the notation of `compare`."""
    steps = pointer.removeprefix("#/").split("/")
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _overlap(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return f"{longer}.".startswith(f"{shorter}.")
