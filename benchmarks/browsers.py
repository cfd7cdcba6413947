"""Searches with an `Origin` header and under a rate limit, compared with plain ones."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median

from figures import Part, Table, Target, spread
from peers import serve_mock
from queries import make_mix, read_history
from servers import run_server
from speed import Rounds
from wrk import Load, reading, run_wrk

_LOGS = 10_000
_WARM_UP = 2
_MINIMUM = 0.85
_PLAIN = "plain"
_ORIGIN = "Origin: http://localhost:5173"
_UNREACHED_LIMIT = "1000000000"


def measure_browsers(folder: Path, rounds: Rounds) -> Part:
    """Measure plain searches, with `Origin`, and with `--rate-limit`, in turn."""
    measured: dict[str, list[float]] = {}
    with ExitStack() as stack:
        server = stack.enter_context(run_server(serve_mock()))
        limited = stack.enter_context(run_server(serve_mock("--rate-limit", _UNREACHED_LIMIT)))
        plain = reading(make_mix(read_history(lambda target: server.get(target)[1], _LOGS)))
        variants = {
            _PLAIN: (server, plain),
            "with Origin": (server, Load(plain.name, plain.lines, _ORIGIN)),
            "with --rate-limit": (limited, plain),
            "with Origin and --rate-limit": (limited, Load(plain.name, plain.lines, _ORIGIN)),
        }
        for target, load in variants.values():
            run_wrk(target, load, folder / "requests.txt", _WARM_UP, rounds.connections)
        for number in range(rounds.repeats):
            for name in variants if number % 2 else reversed(variants):
                target, load = variants[name]
                sample = run_wrk(target, load, folder / "requests.txt", rounds.seconds, rounds.connections)
                measured.setdefault(name, []).append(sample.rate)
    return Part("browsers", [_tabulate(measured)], _targets(measured), measured)


def _targets(measured: dict[str, list[float]]) -> list[Target]:
    plain = median(measured[_PLAIN])
    return [
        Target(f"GET {name}, of plain GET", median(rates) / plain, _MINIMUM, "x", at_least=True)
        for name, rates in measured.items()
        if name != _PLAIN
    ]


def _tabulate(measured: dict[str, list[float]]) -> Table:
    rows = [(name, spread(rates, 0)) for name, rates in measured.items()]
    return Table(
        "With an Origin header, and with a rate limit", ("GET", "requests a second"), rows, f"{_LOGS:,} logs."
    )
