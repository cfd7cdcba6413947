"""Speed, side by side: every server gets the same load, in alternating rounds."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from figures import Part, Table, Target, megabytes, spread
from peers import (
    MOCKOON,
    OPENAPI_BACKEND,
    OURS,
    OURS_LOGGING,
    PRISM,
    PRISM_LOGGING,
    RAW_ASGI,
    make_recipes,
    serve_mock,
)
from posts import bodies
from queries import PAGE, Query, make_mix, read_history
from servers import Server, run_server
from wrk import Load, Sample, reading, run_wrk, writing

Samples = dict[str, list[Sample]]

_LOGS = 10_000
_WARM_UP = 2
_AFTER_POSTS = f"{OURS}, after the POSTs"
_POST_NOTE = "Memory was measured after the GETs; auditmock stores posted logs."
_AT_LEAST = {
    "GET": {RAW_ASGI: 0.4, PRISM: 4.0, PRISM_LOGGING: 8.0, MOCKOON: 10.0, OPENAPI_BACKEND: 1.5},
    "POST": {PRISM: 5.0},
}
"""The minimum speed of the mock, as a multiple of each other server's."""


class Rounds(NamedTuple):
    """Number, length and connections of the rounds."""

    repeats: int
    seconds: int
    connections: int


def measure_speed(folder: Path, rounds: Rounds) -> Part:
    """Measure GET and POST of every server; the folder is for temporary files."""
    mix, page, mean = _check_mix()
    with ExitStack() as stack:
        servers = [stack.enter_context(run_server(recipe)) for recipe in make_recipes(folder, page)]
        reads = _alternate(servers, reading(mix), folder, rounds)
        memory = {server.recipe.name: megabytes(server.resident()) for server in servers}
        quiet = [server for server in servers if server.recipe.name != OURS_LOGGING]
        writes = _alternate(quiet, writing(bodies(400)), folder, rounds)
        mock = next(server for server in quiet if server.recipe.name == OURS)
        reads[_AFTER_POSTS] = _alternate([mock], reading(mix), folder, rounds)[OURS]
        memory[_AFTER_POSTS] = megabytes(mock.resident())
    rows = sum(query.rows for query in mix) / len(mix)
    note = (
        f"{len(mix)} different searches of {_LOGS:,} logs, {rows:.1f} rows and "
        f"{mean:,.0f} bytes a page on average; the others send one page of {len(page):,} bytes."
    )
    return Part(
        "speed",
        [_tabulate("GET", reads, memory, note), _tabulate("POST", writes, memory, _POST_NOTE)],
        [*_targets("GET", reads), *_targets("POST", writes)],
        {"GET": _as_data(reads), "POST": _as_data(writes), "memory_mb": memory, "mean_body": mean},
    )


def _check_mix() -> tuple[list[Query], bytes, float]:
    """Make the mix, check every response, and choose the page nearest to the mean size."""
    with run_server(serve_mock("--logs", str(_LOGS))) as server:
        mix = make_mix(read_history(lambda target: server.get(target)[1], _LOGS))
        responses = {query: server.get(query.target) for query in mix}
    for query, (status, body) in responses.items():
        if status != 200 or not body.endswith(b'],"count":%d}' % query.matches):
            raise RuntimeError(f"wrong response to {query}: {status}, {body[-30:]!r}")
        if body.count(b'"request_id":') != query.rows:
            raise RuntimeError(f"wrong number of logs in the response to {query}")
    mean = sum(len(body) for _, body in responses.values()) / len(responses)
    full = [body for query, (_, body) in responses.items() if query.rows == PAGE]
    return mix, min(full, key=lambda body: abs(len(body) - mean)), mean


def _alternate(servers: Sequence[Server], load: Load, folder: Path, rounds: Rounds) -> Samples:
    samples: Samples = {server.recipe.name: [] for server in servers}
    script_input = folder / "requests.txt"
    for server in servers:
        run_wrk(server, load, script_input, _WARM_UP, rounds.connections)
    for number in range(rounds.repeats):
        for server in servers if number % 2 else reversed(servers):
            sample = run_wrk(server, load, script_input, rounds.seconds, rounds.connections)
            samples[server.recipe.name].append(sample)
            print(f"  {load.name} {number + 1}/{rounds.repeats} {server.recipe.name}: {sample.rate:,.0f}/s")
    return samples


def _ratios(samples: Samples, other: str) -> list[float]:
    """Compare the mock with another server, round by round."""
    return [ours.rate / its.rate for ours, its in zip(samples[OURS], samples[other], strict=True)]


def _targets(method: str, samples: Samples) -> list[Target]:
    return [
        Target(f"{method}: times {other}", median(_ratios(samples, other)), bound, "x", at_least=True)
        for other, bound in _AT_LEAST[method].items()
    ]


def _tabulate(method: str, samples: Samples, memory: Mapping[str, float], note: str) -> Table:
    rows = []
    for name, taken in samples.items():
        columns = [[sample[number] for sample in taken] for number in range(len(Sample._fields))]
        cpu, busy, p50, p99 = (median(column) for column in columns[1:])
        rows.append(
            (
                name,
                spread(columns[0], 0),
                "" if name == OURS else spread(_ratios(samples, name)),
                f"{cpu:,.0f}",
                f"{busy:.0%}",
                f"{p50:.2f} / {p99:.2f}",
                f"{memory[name]:,.0f}",
            )
        )
    head = ("server", "req/s", "auditmock / server", "CPU µs/req", "core", "p50 / p99 ms", "RSS MB")
    return Table(f"{method}, requests per second: median (min to max)", head, rows, note)


def _as_data(samples: Samples) -> dict[str, list[dict[str, float]]]:
    return {name: [sample._asdict() for sample in taken] for name, taken in samples.items()}
