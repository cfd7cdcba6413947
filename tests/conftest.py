"""Fixtures with real servers, and the settings of Hypothesis."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from processes import Running, Start, end_process, start_process

# Child processes inherit an ignored SIGINT (as in `nohup make test &`); servers under test need the default.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: shared machines are sometimes slow. Derandomized: a failure must be reproducible.
settings.register_profile("auditmock", deadline=None, database=None, derandomize=True)
settings.load_profile("auditmock")


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a server with flags; the server stops after the test."""
    running: list[Running] = []

    def start(*flags: str, stdin: str | None = None) -> Running:
        running.append(start_process(tmp_path / f"server-{len(running)}.log", *flags, stdin=stdin))
        return running[-1]

    yield start
    for server in running:
        end_process(server)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start a server with the default history, for tests that only read."""
    running = start_process(tmp_path_factory.mktemp("server") / "server.log")
    yield running
    end_process(running)
