"""The commands for scenarios: list, show, check and export."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.scenarios.reader import SHIPPED
from auditmock.handlers.auth.tokens import token_of

NAMES = [path.stem for path in sorted(SHIPPED.glob("*.yaml"))]


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command."""
    return subprocess.run([sys.executable, "-P", "-m", "auditmock", *words], capture_output=True, check=False)


def read_list(url: str) -> bytes:
    """Read all logs of a server."""
    headers = {"Coder-Session-Token": token_of(BuiltinUser.OWNER)}
    return httpx.get(f"{url}/api/v2/audit?q=&limit=5000", headers=headers).content


def test_list_has_every_scenario() -> None:
    """The list has one line per scenario, with its token."""
    lines = run("scenario", "list").stdout.decode().splitlines()

    assert [line.split()[0] for line in lines] == NAMES
    assert [line.split()[1:3] for line in lines if line.startswith("empty")] == [["Empty00000", "0"]]


def test_shown_scenario_is_valid(tmp_path: Path) -> None:
    """`show` prints the file unchanged, and `check` accepts it."""
    shown = run("scenario", "show", "incident").stdout
    (tmp_path / "mine.yaml").write_bytes(shown)
    checked = run("scenario", "check", str(tmp_path / "mine.yaml"))

    assert shown == (SHIPPED / "incident.yaml").read_bytes()
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert b"valid: mine, 10,000 generated logs, 245 written logs" in checked.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("summary: x\nlgos: []", b'mine.yaml, line 2, column 1: unknown property "lgos"'),
        ("[", b"mine.yaml, line 2, column 1: invalid YAML: "),
    ],
)
def test_invalid_scenario_is_a_usage_error(text: str, reason: bytes, tmp_path: Path) -> None:
    """`check` and `serve` report an invalid file in one line with its location."""
    (tmp_path / "mine.yaml").write_text(text)
    for words in (
        ("scenario", "check", str(tmp_path / "mine.yaml")),
        ("serve", "--port", "0", "--scenarios", str(tmp_path)),
    ):
        done = run(*words)

        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
        assert reason in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "release"),
    [
        *(("hostile", release) for release in ("documented", "v2.35")),
        *(("incident", release) for release in ("documented", "v0.14")),
        *(("empty", release) for release in ("documented", "v0.14")),
    ],
)
def test_export_can_be_served(scenario: str, release: str, start_server: Start, tmp_path: Path) -> None:
    """An export is the body of a list, and `--data` serves it byte for byte."""
    flags = ("--release", release, "--scenario", scenario, "--logs", "50")
    exported = run("export", *flags).stdout
    first = read_list(start_server(*flags).url)
    (tmp_path / "data.json").write_bytes(exported)
    reserved = read_list(
        start_server("--release", release, "--scenario", "empty", "--data", str(tmp_path / "data.json")).url
    )

    assert exported == first == reserved


@pytest.mark.slow
def test_export_has_logs_without_user(start_server: Start) -> None:
    """Logs without a user are exported, even if the release cannot list them."""
    flags = ("--release", "v0.14", "--scenario", "hostile")
    exported = json.loads(run("export", *flags).stdout)["audit_logs"]

    assert None in [log["user"] for log in exported]
    assert b"unsupported scan type for UserStatus" in read_list(start_server(*flags).url)


@pytest.mark.slow
def test_export_formats_have_the_same_logs(tmp_path: Path) -> None:
    """NDJSON has the same logs as the body, and CSV the same values, one row per log."""
    flags = ("export", "--scenario", "hostile")
    logs = json.loads(run(*flags).stdout)["audit_logs"]
    run(*flags, "--format", "ndjson", "--output", str(tmp_path / "logs"))
    table = list(csv.DictReader(io.StringIO(run(*flags, "--format", "csv").stdout.decode(), newline="")))

    assert [json.loads(line) for line in (tmp_path / "logs").read_bytes().splitlines()] == logs
    assert [row["resource_target"] for row in table] == [log["resource_target"] for log in logs]
    assert [row["user.username"] for row in table] == [
        (log["user"] or {}).get("username", "") for log in logs
    ]
    assert [json.loads(row["diff"]) for row in table] == [log["diff"] for log in logs]
