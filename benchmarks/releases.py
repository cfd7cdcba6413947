"""Every release compared with the documented one: start, a million logs, searches and posts."""

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

from auditmock.openapi.releases import DOCUMENTED, list_releases

_LOGS, _MANY_LOGS = 10_000, 1_000_000
_WARM_UP = 2
_MAX_COST_RATIO, _MIN_SPEED_RATIO = 1.15, 0.85
"""Bounds for a release relative to the documented one: time and memory, and requests per second."""

Measured = dict[str, dict[str, list[float]]]
"""The measured values by figure and release."""


def measure_releases(folder: Path, rounds: Rounds) -> Part:
    """Measure all releases in turn; the folder is for temporary files."""
    releases = list_releases()
    measured: Measured = {}
    for _ in range(rounds.repeats):
        for release in releases:
            start = time_mock("--release", release)
            many = time_mock("--release", release, "--logs", str(_MANY_LOGS))
            _record(measured, "first 200, ms", release, start.first_response)
            _record(measured, "RSS all loaded, MB", release, start.memory)
            _record(measured, f"first 200 of {_MANY_LOGS:,}, ms", release, many.first_response)
            _record(measured, f"RSS of {_MANY_LOGS:,}, MB", release, many.memory)
    with ExitStack() as stack:
        servers = {
            release: stack.enter_context(run_server(serve_mock("--release", release))) for release in releases
        }
        searches = {release: _read_mix(server) for release, server in servers.items()}
        posts = dict.fromkeys(releases, writing(bodies(400)))
        for figure, loads in (("GET per second", searches), ("POST per second", posts)):
            for release, load in loads.items():
                run_wrk(servers[release], load, folder / "requests.txt", _WARM_UP, rounds.connections)
            for number in range(rounds.repeats):
                for release in releases if number % 2 else reversed(releases):
                    sample = _run(servers[release], loads[release], folder, rounds)
                    _record(measured, figure, release, sample.rate)
        for release, server in servers.items():
            _record(measured, "RSS after these, MB", release, megabytes(server.resident()))
    return Part("releases", [_tabulate(measured)], _targets(measured), measured)


def _record(measured: Measured, figure: str, release: str, value: float) -> None:
    measured.setdefault(figure, {}).setdefault(release, []).append(value)


def _read_mix(server: Server) -> Load:
    return reading(make_mix(read_history(lambda target: server.get(target)[1], _LOGS)))


def _run(server: Server, load: Load, folder: Path, rounds: Rounds) -> Sample:
    return run_wrk(server, load, folder / "requests.txt", rounds.seconds, rounds.connections)


def _targets(measured: Measured) -> list[Target]:
    targets = []
    for figure, by_release in measured.items():
        faster = figure.endswith("per second")
        for release in [name for name in by_release if name != DOCUMENTED]:
            share = median(by_release[release]) / median(by_release[DOCUMENTED])
            what = f"{release}: {figure}, relative to the documented release"
            targets.append(
                Target(what, share, _MIN_SPEED_RATIO if faster else _MAX_COST_RATIO, "x", at_least=faster)
            )
    return targets


def _tabulate(measured: Measured) -> Table:
    releases = list_releases()
    rows = [
        (figure, *(spread(by_release[release], 0) for release in releases))
        for figure, by_release in measured.items()
    ]
    note = f"Each with {_LOGS:,} logs of its own time, and 400 different searches of them."
    return Table("Releases: median (min to max)", ("figure", *releases), rows, note)
