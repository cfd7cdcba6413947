"""Cost of worlds and of the request log, in alternating rounds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from figures import Part, Table, Target, spread
from peers import serve_mock
from posts import bodies
from queries import make_mix, read_history
from servers import PATH, POST_PATH, TOKEN, Server, run_server
from speed import Rounds
from wrk import Load, Sample, reading, run_wrk

_LOGS = 10_000
_WORLDS = 50
_READS_A_POST = 9
_NOTE = "Targets compare CPU time, which depends least on other programs."
_JSON = "Content-Type: application/json"
_TOKENS = [f"{TOKEN.partition('-')[0]}-{number:022}" for number in range(1, _WORLDS + 1)]

Costs = Mapping[str, list[Sample]]


def measure_worlds(folder: Path, rounds: Rounds) -> Part:
    """Measure reads with and without the request log, and mixed load in one world and in fifty."""
    with (
        run_server(serve_mock("--logs", str(_LOGS))) as logging,
        run_server(serve_mock("--logs", str(_LOGS), "--request-log", "0")) as not_logging,
        # Posted logs slow their world down, so each of these has its own server.
        run_server(serve_mock("--logs", str(_LOGS))) as first_name,
        run_server(serve_mock("--logs", str(_LOGS))) as fifty,
    ):
        mix = make_mix(read_history(lambda target: logging.get(target)[1], _LOGS))
        gets = reading(mix)
        turns = [
            ("request log on", logging, gets),
            ("request log off", not_logging, gets),
            ("one world", first_name, _mixed([query.target for query in mix], [TOKEN])),
            ("fifty worlds", fifty, _mixed([query.target for query in mix], _TOKENS)),
        ]
        samples = _measure(turns, folder, rounds)
    request_log = _ratio(samples, "request log on", "request log off")
    worlds = _ratio(samples, "fifty worlds", "one world")
    rows = [
        (name, spread([each.rate for each in taken], 0), spread([each.cpu for each in taken], 1))
        for name, taken in samples.items()
    ]
    return Part(
        "worlds",
        [Table("Worlds and request log: median (min to max)", ("load", "req/s", "CPU µs"), rows, _NOTE)],
        [
            Target("request log on, relative to off", request_log, 0.9, "", at_least=True),
            Target("fifty worlds, relative to one", worlds, 0.85, "", at_least=True),
        ],
        {name: [each._asdict() for each in taken] for name, taken in samples.items()},
    )


def _mixed(targets: Sequence[str], tokens: Sequence[str]) -> Load:
    """Make a load that posts a log after every few searches, with these tokens in turn."""
    lines = []
    for number, target in enumerate(targets):
        lines.append(("GET", f"{PATH}?{target}", ""))
        if number % _READS_A_POST == 0:
            lines.append(("POST", POST_PATH, next(iter(bodies(1)))))
    return Load("mixed", lines, _JSON, tokens)


def _measure(turns: Sequence[tuple[str, Server, Load]], folder: Path, rounds: Rounds) -> Costs:
    samples: dict[str, list[Sample]] = {name: [] for name, _, _ in turns}
    for number in range(rounds.repeats):
        # Alternate the order so that no load always goes first.
        for name, server, load in turns if number % 2 else reversed(turns):
            sample = run_wrk(server, load, folder / "worlds.txt", rounds.seconds, rounds.connections)
            samples[name].append(sample)
    return samples


def _ratio(samples: Costs, first_name: str, other: str) -> float:
    """Compare the speed of two loads in the same rounds by CPU time per request."""
    pairs = zip(samples[first_name], samples[other], strict=True)
    return median(second.cpu / first.cpu for first, second in pairs)
