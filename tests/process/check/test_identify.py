"""`auditmock identify`: finds the release from a server's responses, whatever its version header says."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from processes import Start
from recording_proxy import record_requests

from auditmock.checker.identify import MOST
from auditmock.checker.identify_probes import PROBES
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.releases import find_overlays, list_releases, open_release
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.testing import AuditMock

OWNER = token_of(BuiltinUser.OWNER)
every_release = pytest.mark.parametrize("release", list_releases())


def run(url: str, *words: str, token: str = OWNER) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-P", "-m", "auditmock", "identify", url, "--rate-limit", "0", *words]
    environment = os.environ | {"CODER_SESSION_TOKEN": token}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def identify(url: str, status: int = 0) -> Mapping[str, Any]:
    """Identify a server and return the JSON result."""
    done = run(url, "--format", "json")
    assert done.returncode == status, done.stdout + done.stderr
    identity: Mapping[str, Any] = json.loads(done.stdout)
    return identity


@every_release
@pytest.mark.parametrize("logs", ["300", pytest.param("0", marks=pytest.mark.slow)])
def test_mock_of_each_release_is_identified(start_server: Start, release: str, logs: str) -> None:
    """The mock of each release matches that release only, with logs and without."""
    identity = identify(start_server("--release", release, "--logs", logs).url)

    assert (identity["claims"], identity["matches"], identity["consistent"]) == (release, [release], True)


@pytest.mark.slow
@every_release
def test_wrong_version_header_is_reported(monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    """The responses decide; a version header of another release is reported."""
    other = next(name for name in reversed([*find_overlays()]) if name != release)
    contract = open_release(other)
    version = f"{contract.version}+{contract.build}"
    monkeypatch.setattr(MockState, "version", property(lambda _: version))
    with AuditMock(Settings(release=release, logs=50)) as mock:
        identity = identify(mock.url, status=1)
        output = run(mock.url).stdout

    assert (identity["claims"], identity["matches"]) == (other, [release])
    assert f"but its version header says {version}, which stands for {other}." in output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("release", "version", "claim"),
    [
        ("v2.35", "v2.32.0+1a2b3c4", "v2.35"),
        ("v2.35", "v2.34.2+1a2b3c4", "v2.35"),
        ("v2.35", "v2.41.0+1a2b3c4", "v2.35"),
        ("v0.14", "v0.13.5+1a2b3c4", "v0.14"),
        ("v0.14", "v0.0.0-devel+1a2b3c4", ""),
    ],
)
def test_version_between_releases_claims_the_nearest(
    monkeypatch: pytest.MonkeyPatch, release: str, version: str, claim: str
) -> None:
    """A version claims the latest release before it that differs; a development version claims none."""
    monkeypatch.setattr(MockState, "version", property(lambda _: version))
    with AuditMock(Settings(release=release, logs=50)) as mock:
        identity = identify(mock.url)

    assert (identity["claims"], identity["matches"], identity["consistent"]) == (claim, [release], True)


@pytest.mark.slow
def test_identify_only_reads(start_server: Start) -> None:
    """It sends few requests, all of them GET, to the list and `/buildinfo` only."""
    with record_requests(start_server().url) as (url, requests):
        run(url)

    assert {sent.method for sent in requests} == {"GET"}
    assert {sent.path for sent in requests} == {"/api/v2/audit", "/api/v2/buildinfo"}
    assert len(requests) <= MOST


@pytest.mark.slow
def test_differences_from_other_releases_are_listed(start_server: Start) -> None:
    """The text output lists each difference from another release with its place in the contract."""
    newest = [*find_overlays()][-1]
    done = run(start_server("--release", newest).url)

    assert done.returncode == 0
    assert f"It matches {newest}, as its version header says" in done.stdout
    assert "Differences from documented:\n" in done.stdout
    assert "(openapi.yaml #/components/parameters/q/x-search)" in done.stdout
    assert f"Against {newest}" not in done.stdout


@pytest.mark.parametrize(
    ("url", "words", "status", "reason"),
    [
        ("nowhere", (), 2, '"nowhere" is not a deployment URL'),
        ("http://127.0.0.1:9", (), 3, "http://127.0.0.1:9 cannot be reached"),
        ("http://127.0.0.1:9", ("--tls-verify", "no-such-file"), 2, "cannot read no-such-file: no such file"),
    ],
)
def test_identify_error_is_one_line(url: str, words: Sequence[str], status: int, reason: str) -> None:
    """A usage error gives status 2, an unreachable server status 3, each with one line."""
    done = run(url, *words)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert reason in done.stderr


def test_rejected_token_is_reported(start_server: Start) -> None:
    """A rejected token gives status 3, and the token is not shown."""
    done = run(start_server().url, token="Owner00000-wrong0secret0nobody0k")  # noqa: S106 - an invalid token

    assert done.returncode == 3
    assert "the token is rejected" in done.stderr
    assert "nobody0k" not in done.stdout + done.stderr


def test_probes_distinguish_all_releases() -> None:
    """No two releases have the same results for all probes, with logs or without."""
    contracts = [open_release(name) for name in list_releases()]
    for probes in (PROBES, [probe for probe in PROBES if not probe.needs_logs]):
        results = [tuple(probe.has(contract) for probe in probes) for contract in contracts]
        assert len({*results}) == len(contracts)


@pytest.mark.slow
def test_full_disk_is_reported(start_server: Start) -> None:
    """Output that cannot be written is reported in one line with status 2."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-P", "-m", "auditmock", "identify", start_server("--logs", "0").url]
        environment = os.environ | {"CODER_SESSION_TOKEN": OWNER}
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (2, b"auditmock: No space left on device\n")
