"""Real servers, each in its own process."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_URL = re.compile(r"API +(http://\S+?)/api/v2/audit")
_TIMEOUT = 30


@dataclass
class Running:
    """A running server: its URL, its process and its banner."""

    url: str
    process: subprocess.Popen[str]
    banner: str

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(_TIMEOUT)


Start = Callable[..., Running]


def start_process(log: Path, *flags: str, stdin: str | None = None) -> Running:
    """Start a server on a free port, wait until it is ready, and log to a file."""
    command = [sys.executable, "-P", "-m", "auditmock", "serve", "--port", "0", *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUDITMOCK_")}
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    if stdin is not None and process.stdin is not None:
        process.stdin.write(stdin)
        process.stdin.close()
    banner = ""
    for line in process.stdout or ():
        banner += line
        if "Ctrl-C" in line:
            break
    url = _URL.search(banner)
    assert url, f"the server did not start: {banner}{log.read_text()}"
    return Running(url[1], process, banner)


def end_process(server: Running) -> None:
    """Stop a server, unless it has stopped."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
        server.process.wait(_TIMEOUT)
    if server.process.stdout:
        server.process.stdout.close()


def connect(url: str) -> socket.socket:
    """Open a socket to a server."""
    address = urlsplit(url)
    return socket.create_connection((str(address.hostname), address.port or 0), timeout=_TIMEOUT)
