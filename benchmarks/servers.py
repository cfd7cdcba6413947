"""A server under measurement: pinned to one core, observed from outside, always stopped."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SERVER_CORE = 0
LOAD_CORE = 1
TOKEN_HEADER = "Coder-Session-Token"  # noqa: S105 - the name of a header
TOKEN = "Owner00000-0000000000000000000000"  # noqa: S105 - the mock's own, printed at its start
PATH = "/api/v2/audit"
POST_PATH = "/api/v2/audit/testgenerate"

_TIMEOUT = 60.0
_STOP_TIMEOUT = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Recipe(NamedTuple):
    """How to start a server; "PORT" in its command becomes the port, and `base` is removed from paths."""

    name: str
    command: tuple[str, ...]
    base: str = ""

    def path(self, path: str) -> str:
        """Return the server's path for a path of the contract."""
        return path.removeprefix(self.base)


class Server(NamedTuple):
    """A running server; `start` is the time in seconds from process start to the first 200."""

    recipe: Recipe
    port: int
    pid: int
    start: float

    def get(self, target: str, token: str = TOKEN) -> tuple[int, bytes]:
        """Send a GET with this query string; return status and body."""
        return _get(self.port, f"{self.recipe.path(PATH)}?{target}", token)

    def resident(self) -> int:
        """Return the resident memory of the process, in bytes."""
        fields = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def busy(self) -> float:
        """Return the CPU time of the process so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def run_server(recipe: Recipe, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server in a context; raises RuntimeError if it does not start."""
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in recipe.command]
    started = time.perf_counter()
    process = subprocess.Popen(
        pinned(SERVER_CORE, command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        # Ctrl-C goes to this process only, which then stops the server.
        start_new_session=True,
    )
    try:
        _wait_until_ready(recipe, port, process)
        yield Server(recipe, port, process.pid, time.perf_counter() - started)
    finally:
        _stop(process)


def pinned(core: int, command: list[str]) -> list[str]:
    """Return the command that runs another one on one core."""
    return ["taskset", "--cpu-list", str(core), *command]


def free_port() -> int:
    """Find a free port on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _get(port: int, path: str, token: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path, headers={TOKEN_HEADER: token})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _wait_until_ready(recipe: Recipe, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _TIMEOUT
    status = 0
    while status != 200:
        if process.poll() is not None:
            raise RuntimeError(f"{recipe.name} exited with status {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{recipe.name} does not respond with 200 but with {status or 'nothing'}")
        try:
            status, _ = _get(port, f"{recipe.path(PATH)}?q=&limit=25", TOKEN)
        except OSError:
            time.sleep(0.001)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
