"""Worlds and the request_log: what they cost, turn and turn about in one run."""

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
_NOTE = "Targets compare processor time, which other programs on the machine disturb least."
_JSON = "Content-Type: application/json"
_TOKENS = [f"{TOKEN.partition('-')[0]}-{number:022}" for number in range(1, _WORLDS + 1)]

Costs = Mapping[str, list[Sample]]


def measure_worlds(folder: Path, rounds: Rounds) -> Part:
    """Measure reading with and without the request_log, and reading and writing in one world and in fifty."""
    with (
        run_server(serve_mock("--logs", str(_LOGS))) as kept,
        run_server(serve_mock("--logs", str(_LOGS), "--journal", "0")) as unkept,
        # what is posted makes its world slower, so that each of these has a server of its own
        run_server(serve_mock("--logs", str(_LOGS))) as one,
        run_server(serve_mock("--logs", str(_LOGS))) as fifty,
    ):
        mix = make_mix(read_history(lambda target: kept.get(target)[1], _LOGS))
        gets = reading(mix)
        turns = [
            ("request_log on", kept, gets),
            ("request_log off", unkept, gets),
            ("one world", one, _mixed([query.target for query in mix], [TOKEN])),
            ("fifty worlds", fifty, _mixed([query.target for query in mix], _TOKENS)),
        ]
        samples = _measure(turns, folder, rounds)
    request_log = _ratio(samples, "request_log on", "request_log off")
    worlds = _ratio(samples, "fifty worlds", "one world")
    rows = [
        (name, spread([each.rate for each in taken], 0), spread([each.cpu for each in taken], 1))
        for name, taken in samples.items()
    ]
    return Part(
        "worlds",
        [Table("Worlds and request_log: median (min to max)", ("load", "req/s", "CPU µs"), rows, _NOTE)],
        [
            Target("request_log on, of the speed without", request_log, 0.9, "", at_least=True),
            Target("fifty worlds, of the speed of one", worlds, 0.85, "", at_least=True),
        ],
        {name: [each._asdict() for each in taken] for name, taken in samples.items()},
    )


def _mixed(targets: Sequence[str], tokens: Sequence[str]) -> Load:
    """Make a load that writes a log after so many searches, by these tokens in turn."""
    lines = []
    for number, target in enumerate(targets):
        lines.append(("GET", f"{PATH}?{target}", ""))
        if number % _READS_A_POST == 0:
            lines.append(("POST", POST_PATH, next(iter(bodies(1)))))
    return Load("mixed", lines, _JSON, tokens)


def _measure(turns: Sequence[tuple[str, Server, Load]], folder: Path, rounds: Rounds) -> Costs:
    samples: dict[str, list[Sample]] = {name: [] for name, _, _ in turns}
    for number in range(rounds.repeats):
        # the order turns round, so that none always goes first
        for name, server, load in turns if number % 2 else reversed(turns):
            sample = run_wrk(server, load, folder / "worlds.txt", rounds.seconds, rounds.connections)
            samples[name].append(sample)
    return samples


def _ratio(samples: Costs, one: str, other: str) -> float:
    """Compare the speeds of two loads in the same rounds by the processor time a request takes."""
    pairs = zip(samples[one], samples[other], strict=True)
    return median(second.cpu / first.cpu for first, second in pairs)
