"""A server under measurement: started on a core of its own, watched from outside, always stopped."""

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

_PATIENCE = 60.0
_GRACE = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Recipe(NamedTuple):
    """How to start a server; "PORT" in its command stands for the port, `base` is cut off every path."""

    name: str
    command: tuple[str, ...]
    base: str = ""

    def path(self, path: str) -> str:
        """Give the path under which this server has what the contract has under `path`."""
        return path.removeprefix(self.base)


class Server(NamedTuple):
    """A running server; `start` is the seconds from the start of its process to its first 200."""

    recipe: Recipe
    port: int
    pid: int
    start: float

    def get(self, target: str, token: str = TOKEN) -> tuple[int, bytes]:
        """Send a GET with this query string; gives status and body."""
        return _get(self.port, f"{self.recipe.path(PATH)}?{target}", token)

    def resident(self) -> int:
        """Tell the bytes of memory the process has now."""
        fields = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def busy(self) -> float:
        """Tell the seconds of processor time the process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def run_server(recipe: Recipe, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server until the block is left; raises RuntimeError when it does not come up."""
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in recipe.command]
    began = time.perf_counter()
    process = subprocess.Popen(
        pinned(SERVER_CORE, command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        # Ctrl-C is for this process, which then stops the server itself.
        start_new_session=True,
    )
    try:
        _await_answer(recipe, port, process)
        yield Server(recipe, port, process.pid, time.perf_counter() - began)
    finally:
        _stop(process)


def pinned(core: int, command: list[str]) -> list[str]:
    """Give the command that runs another one on one core."""
    return ["taskset", "--cpu-list", str(core), *command]


def free_port() -> int:
    """Find a free port on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _get(port: int, path: str, token: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", path, headers={TOKEN_HEADER: token})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _await_answer(recipe: Recipe, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    status = 0
    while status != 200:
        if process.poll() is not None:
            raise RuntimeError(f"{recipe.name} ended at once, with status {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{recipe.name} does not answer 200 but {status or 'nothing'}")
        try:
            status, _ = _get(port, f"{recipe.path(PATH)}?q=&limit=25", TOKEN)
        except OSError:
            time.sleep(0.001)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
