"""Every edition beside the documented one: start, a million logs, searches and posts."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median

from figures import Part, Table, Target, megabytes, spread
from peers import serve_mock
from posts import bodies
from queries import make_mix, read_history
from servers import Server, run_server
from speed import Rounds
from start import time_mock
from wrk import Load, Sample, reading, run_wrk, writing

from auditmock.editions import DOCUMENTED, list_editions

_LOGS, _MANY_LOGS = 10_000, 1_000_000
_WARM_UP = 2
_SLOWER, _QUICKER = 1.15, 0.85
"""How far an edition may stay behind the documented one, in what it takes and in what it does."""

Measured = dict[str, dict[str, list[float]]]
"""What was measured, by figure and edition."""


def measure_editions(folder: Path, rounds: Rounds) -> Part:
    """Measure all editions, turn and turn about; the folder is for files that go between processes."""
    editions = list_editions()
    measured: Measured = {}
    for _ in range(rounds.repeats):
        for edition in editions:
            start = time_mock("--edition", edition)
            many = time_mock("--edition", edition, "--logs", str(_MANY_LOGS))
            _note(measured, "first 200, ms", edition, start.first_answer)
            _note(measured, "RSS all loaded, MB", edition, start.memory)
            _note(measured, f"first 200 of {_MANY_LOGS:,}, ms", edition, many.first_answer)
            _note(measured, f"RSS of {_MANY_LOGS:,}, MB", edition, many.memory)
    with ExitStack() as stack:
        servers = {
            edition: stack.enter_context(run_server(serve_mock("--edition", edition))) for edition in editions
        }
        searches = {edition: _read_mix(server) for edition, server in servers.items()}
        posts = dict.fromkeys(editions, writing(bodies(400)))
        for figure, loads in (("GET a second", searches), ("POST a second", posts)):
            for edition, load in loads.items():
                run_wrk(servers[edition], load, folder / "requests.txt", _WARM_UP, rounds.connections)
            for number in range(rounds.repeats):
                for edition in editions if number % 2 else reversed(editions):
                    sample = _run(servers[edition], loads[edition], folder, rounds)
                    _note(measured, figure, edition, sample.rate)
        for edition, server in servers.items():
            _note(measured, "RSS after that, MB", edition, megabytes(server.resident()))
    return Part("editions", [_tabulate(measured)], _targets(measured), measured)


def _note(measured: Measured, figure: str, edition: str, value: float) -> None:
    measured.setdefault(figure, {}).setdefault(edition, []).append(value)


def _read_mix(server: Server) -> Load:
    return reading(make_mix(read_history(lambda target: server.get(target)[1], _LOGS)))


def _run(server: Server, load: Load, folder: Path, rounds: Rounds) -> Sample:
    return run_wrk(server, load, folder / "requests.txt", rounds.seconds, rounds.connections)


def _targets(measured: Measured) -> list[Target]:
    targets = []
    for figure, by_edition in measured.items():
        faster = figure.endswith("a second")
        for edition in [name for name in by_edition if name != DOCUMENTED]:
            share = median(by_edition[edition]) / median(by_edition[DOCUMENTED])
            what = f"{edition}: {figure}, of the documented edition's"
            targets.append(Target(what, share, _QUICKER if faster else _SLOWER, "x", at_least=faster))
    return targets


def _tabulate(measured: Measured) -> Table:
    editions = list_editions()
    rows = [
        (figure, *(spread(by_edition[edition], 0) for edition in editions))
        for figure, by_edition in measured.items()
    ]
    note = f"Each with {_LOGS:,} logs of its own time, and 400 different searches of them."
    return Table("Editions: median (min to max)", ("figure", *editions), rows, note)
