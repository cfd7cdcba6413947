"""Start: time from process start to the first response, and memory."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from figures import Part, Table, Target, megabytes, spread
from peers import OURS, OURS_LOGGING, PRISM_LOGGING, make_recipes, serve_mock
from servers import SERVER_CORE, Recipe, Server, pinned, run_server

_REFERENCE = "python -c 'import connexion'"
_LOGGING = (OURS_LOGGING, PRISM_LOGGING)
_REJECTED = "limit=ten"
_MAX_START_MS = 500.0
_MAX_MEMORY_MB = 90.0


class Start(NamedTuple):
    """One start: milliseconds to the first 200, MB then, and MB once everything is loaded."""

    first_response: float
    first_memory: float
    memory: float


def measure_start(folder: Path, runs: int) -> Part:
    """Start every server this many times in turn, with the import of Connexion as a reference."""
    with run_server(serve_mock()) as server:
        page = server.get("q=&limit=25")[1]
    measured = [recipe for recipe in make_recipes(folder, page) if recipe.name not in _LOGGING]
    starts: dict[str, list[Start]] = {recipe.name: [] for recipe in measured}
    references = []
    for _ in range(runs):
        references.append(_time_reference())
        for recipe in measured:
            starts[recipe.name].append(start_once(recipe))
    ours = starts[OURS]
    return Part(
        "start",
        [_tabulate(starts, references)],
        [
            Target("start: first 200", median(start.first_response for start in ours), _MAX_START_MS, "ms"),
            Target("start: resident memory", median(start.memory for start in ours), _MAX_MEMORY_MB, "MB"),
        ],
        {
            "starts": {name: [each._asdict() for each in taken] for name, taken in starts.items()},
            "import_connexion_ms": references,
        },
    )


def start_once(recipe: Recipe) -> Start:
    """Start a server and stop it again."""
    with run_server(recipe) as server:
        first_memory = server.resident()
        _load_everything(server)
        return Start(server.start * 1e3, megabytes(first_memory), megabytes(server.resident()))


def time_mock(*flags: str) -> Start:
    """Start the mock with these flags."""
    return start_once(serve_mock(*flags))


def _load_everything(server: Server) -> None:
    """Send an invalid request, which needs Connexion, and a valid one."""
    server.get(_REJECTED)
    server.get("q=&limit=25")


def _time_reference() -> float:
    started = time.perf_counter()
    command = [sys.executable, "-W", "ignore", "-c", "import connexion"]
    subprocess.run(pinned(SERVER_CORE, command), check=True)
    return (time.perf_counter() - started) * 1e3


def _tabulate(starts: dict[str, list[Start]], references: list[float]) -> Table:
    rows = [
        (
            name,
            spread([start.first_response for start in taken], 0),
            f"{median(start.first_memory for start in taken):.0f}",
            f"{median(start.memory for start in taken):.0f}",
        )
        for name, taken in starts.items()
    ]
    rows.append((_REFERENCE, spread(references, 0), "", ""))
    head = ("server", "ms to the first 200", "RSS MB then", "RSS MB all loaded")
    return Table("Start: median (min to max)", head, rows, "The mock has 10,000 logs.")
