"""`--watch`: changed files are reloaded, and no request is lost."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from processes import Running, Start, end_process, start_process

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

ROOT = Path(__file__).parents[3]
HEADERS = {"Coder-Session-Token": token_of(BuiltinUser.OWNER)}
TIMEOUT = 30.0
LOG = {
    "id": "8b3a6d1e-6a52-4c0e-9d0f-3f2f6f1c7a10",
    "request_id": "53bded77-7b9d-4e82-8771-991a34d759f9",
    "time": "2025-12-31T12:00:00Z",
    "organization_id": "53bded77-7b9d-4e82-8771-991a34d759f9",
    "ip": "127.0.0.1",
    "user_agent": "",
    "resource_type": "user",
    "resource_id": "53bded77-7b9d-4e82-8771-991a34d759f9",
    "resource_target": "carol",
    "resource_icon": "",
    "action": "write",
    "diff": {},
    "status_code": 200,
    "additional_fields": {},
    "description": "{user} updated user {target}",
    "resource_link": "",
    "is_deleted": False,
    "user": None,
}


def count_logs(url: str) -> int:
    """Count the logs."""
    response = httpx.get(f"{url}/api/v2/audit?q=&limit=1", headers=HEADERS)
    response.raise_for_status()
    total: int = response.json()["count"]
    return total


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def write_logs(path: Path, number: int) -> None:
    """Replace a file by one with this many logs, like an editor."""
    temporary = path.with_suffix(".tmp")
    logs = [{**LOG, "id": f"8b3a6d1e-6a52-4c0e-9d0f-{each:012}"} for each in range(number)]
    temporary.write_text("\n".join(map(json.dumps, logs)), encoding="utf-8")
    temporary.rename(path)


def test_changed_data_is_reloaded(start_server: Start, tmp_path: Path) -> None:
    """The logs of a changed file are served; the request log continues."""
    data = tmp_path / "logs.ndjson"
    write_logs(data, 3)
    url = start_server("--data", str(data), "--watch").url
    assert count_logs(url) == 3

    write_logs(data, 5)
    wait_for(lambda: count_logs(url) == 5)
    numbers = [each["id"] for each in httpx.get(f"{url}/_mock/requests").json()["requests"]]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1


def test_invalid_data_is_not_served(start_server: Start, tmp_path: Path) -> None:
    """An invalid file is reported and the earlier logs stay until the file is valid."""
    data = tmp_path / "logs.ndjson"
    write_logs(data, 3)
    url = start_server("--data", str(data), "--watch").url
    data.write_text('{"id": "x"}', encoding="utf-8")
    log = tmp_path / "server-0.log"
    wait_for(lambda: "Reload failed" in log.read_text())

    assert "Reload failed (logs.ndjson): " in log.read_text()
    assert "Traceback" not in log.read_text()
    assert count_logs(url) == 3

    write_logs(data, 4)
    wait_for(lambda: count_logs(url) == 4)


@pytest.mark.slow
def test_no_request_fails_during_reload(start_server: Start, tmp_path: Path) -> None:
    """Every request during a reload gets the earlier or the new logs."""
    data = tmp_path / "logs.ndjson"
    write_logs(data, 3)
    url = start_server("--data", str(data), "--watch").url
    seen: set[int] = set()
    done = threading.Event()

    def read_counts() -> None:
        with httpx.Client() as client:
            while not done.is_set():
                response = client.get(f"{url}/api/v2/audit?q=&limit=1", headers=HEADERS)
                seen.add(response.json()["count"] if response.status_code == 200 else -1)

    threads = [threading.Thread(target=read_counts) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in (4, 5, 6):
        write_logs(data, number)
        wait_for(lambda number=number: count_logs(url) == number)  # type: ignore[misc]
    done.set()
    for thread in threads:
        thread.join()

    assert seen <= {3, 4, 5, 6}
    assert 6 in seen


@pytest.mark.slow
def test_new_scenario_is_loaded(start_server: Start, tmp_path: Path) -> None:
    """A new scenario file in a watched folder is loaded."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    text = (ROOT / "fixtures" / "scenarios" / "shipped" / "empty.yaml").read_text(encoding="utf-8")
    (folder / "first.yaml").write_text(text.replace("Empty00000", "First00000"), encoding="utf-8")
    url = start_server("--scenarios", str(folder), "--watch").url
    (folder / "second.yaml").write_text(text.replace("Empty00000", "Second0000"), encoding="utf-8")

    def is_listed() -> bool:
        return "second" in [each["name"] for each in httpx.get(f"{url}/_mock/scenarios").json()]

    wait_for(is_listed)


@pytest.fixture
def copied_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Running, Path]]:
    """Serve from a copy of the code, whose contract can be changed."""
    package = tmp_path / "code" / "auditmock"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "auditmock", package, ignore=ignore)
    for name, folder in (("handlers", "handlers"), ("fixtures", "fixtures"), ("contract", "tests/contract")):
        shutil.copytree(ROOT / folder, package / name, ignore=ignore)
    (package / "_spec").mkdir()
    shutil.copy(ROOT / "openapi.yaml", package / "_spec")
    shutil.copytree(ROOT / "overlays", package / "_spec" / "overlays")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "code"))
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    server = start_process(tmp_path / "log", "--watch")
    yield server, package / "_spec" / "openapi.yaml"
    end_process(server)


def test_changed_contract_is_reloaded(copied_server: tuple[Running, Path], tmp_path: Path) -> None:
    """A changed contract is served; an invalid one is reported and the earlier one stays."""
    server, contract = copied_server
    valid = contract.read_text(encoding="utf-8")
    contract.write_text(valid.replace("default_limit: 100", "default_limit: 7"), encoding="utf-8")

    def page_length() -> int:
        page = httpx.get(f"{server.url}/api/v2/audit?q=", headers=HEADERS).json()
        return len(page["audit_logs"])

    wait_for(lambda: page_length() == 7)
    contract.write_text(valid.replace("operationId: get-audit-logs", "operationId: 7"), encoding="utf-8")
    wait_for(lambda: "Reload failed" in (tmp_path / "log").read_text())
    assert page_length() == 7


def test_standard_input_cannot_be_watched() -> None:
    """`--watch` with standard input is a usage error."""
    command = [sys.executable, "-P", "-m", "auditmock", "serve", "--port", "0", "--watch", "--data", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "auditmock: --watch cannot reload standard input; pass a file to --data.\n"
