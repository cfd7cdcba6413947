"""`make matrix`: the suite of every release against the mock of every release.

The diagonal must be clean, with writes and over many seeds; every other cell must find differences, all of
them such as the overlays declare.
"""

import argparse
import sys
from collections.abc import Iterator

from matrix_runs import find_undeclared, judge_cell, serve_release

from auditmock.openapi.releases import list_releases

_WIDTH = 24


def main() -> int:
    """Print the matrix, row by row; 1 when a cell is not as it must be."""
    parser = argparse.ArgumentParser(
        prog="matrix", description="The suite of each release against each mock."
    )
    parser.add_argument(
        "--seeds", type=int, default=10, help="runs of each cell of the diagonal (%(default)s)"
    )
    seeds = parser.parse_args().seeds
    releases = list_releases()
    say("mock \\ judged by".ljust(_WIDTH) + "".join(release.ljust(_WIDTH) for release in releases))
    wrong: list[str] = []
    for served in releases:
        with serve_release(served) as url:
            row = [judge(release, served, url, seeds) for release in releases]
        say(served.ljust(_WIDTH) + "".join(told.ljust(_WIDTH) for told, _ in row))
        wrong += [problem for _, problems in row for problem in problems]
    for problem in wrong:
        say(problem)
    return 1 if wrong else 0


def judge(release: str, served: str, url: str, seeds: int) -> tuple[str, list[str]]:
    """Judge one cell: what the matrix shows, and what is wrong with it."""
    if release == served:
        alarms = list(find_alarms(release, url, seeds))
        return f"{seeds} runs, {len(alarms)} alarms", alarms
    cell = judge_cell(release, url, 1)
    problems = [
        f"{release} on {served}: no overlay declares {check}" for check in find_undeclared(cell, served)
    ]
    if not cell.broken:
        problems.append(f"{release} on {served}: no difference is found")
    return f"{len(cell.broken)} differences", problems


def find_alarms(release: str, url: str, seeds: int) -> Iterator[str]:
    """List what the suite finds wrong with the mock of its own release."""
    for seed in range(1, seeds + 1):
        cell = judge_cell(release, url, seed, "--allow-writes")
        yield from (f"{release}, seed {seed}: {check}" for check in cell.broken)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
