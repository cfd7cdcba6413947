"""wrk, the load generator: its input and its counts."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from queries import Query
from servers import LOAD_CORE, PATH, POST_PATH, TOKEN, Recipe, Server, pinned

_SCRIPT = Path(__file__).with_name("mix.lua")
_JSON_HEADER = "Content-Type: application/json"


class Load(NamedTuple):
    """A load: lines of `mix.lua` by the recipe of the target server, a header, and tokens in turn."""

    name: str
    lines: Sequence[tuple[str, str, str]]
    header: str = ""
    tokens: Sequence[str] = (TOKEN,)

    def write(self, recipe: Recipe) -> str:
        """Format the script's input for one server."""
        return "".join(
            f"{method}\t{recipe.path(path)}\t{body}\t{token}\n"
            for (method, path, body), token in zip(self.lines, cycle(self.tokens), strict=False)
        )


class Sample(NamedTuple):
    """One round: requests per second, CPU µs per request, share of the core, and latencies in ms."""

    rate: float
    cpu: float
    busy: float
    p50: float
    p99: float


def reading(queries: Iterable[Query]) -> Load:
    """Make a load of searches."""
    return Load("GET", [("GET", f"{PATH}?{query.target}", "") for query in queries])


def writing(bodies: Iterable[str]) -> Load:
    """Make a load of writes."""
    return Load("POST", [("POST", POST_PATH, body) for body in bodies], _JSON_HEADER)


def run_wrk(server: Server, load: Load, script_input: Path, seconds: int, connections: int) -> Sample:
    """Run one round; raises RuntimeError if a single response is not a success."""
    script_input.write_text(load.write(server.recipe), "utf-8")
    headers = list(filter(None, [load.header]))
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds}s"]
    command += [word for header in headers for word in ("--header", header)]
    command += [f"--script={_SCRIPT}", f"http://127.0.0.1:{server.port}", "--", str(script_input)]
    before = server.busy()
    done = subprocess.run(
        pinned(LOAD_CORE, command), check=True, capture_output=True, text=True, timeout=seconds + 30
    )
    used = server.busy() - before
    counted = json.loads(done.stdout.splitlines()[-1])
    if counted["failed"] or not counted["requests"]:
        raise RuntimeError(
            f"{server.recipe.name} failed {counted['failed']} of {counted['requests']} requests"
        )
    elapsed = counted["microseconds"] / 1e6
    return Sample(
        rate=counted["requests"] / elapsed,
        cpu=used * 1e6 / counted["requests"],
        busy=used / elapsed,
        p50=counted["p50"] / 1e3,
        p99=counted["p99"] / 1e3,
    )
