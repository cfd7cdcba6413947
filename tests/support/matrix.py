"""`make matrix`: the suite of every release against the mock of every release.

The diagonal must pass, with writes and over many seeds; every other cell must find differences, and the
overlays must declare all of them.
"""

import argparse
import sys
from collections.abc import Iterator

from matrix_runs import find_undeclared, run_cell, serve_release

from auditmock.openapi.releases import list_releases

_WIDTH = 24


def main() -> int:
    """Print the matrix row by row; return 1 if a cell is wrong."""
    parser = argparse.ArgumentParser(
        prog="matrix", description="The suite of each release against each mock."
    )
    parser.add_argument(
        "--seeds", type=int, default=10, help="runs of each cell of the diagonal (%(default)s)"
    )
    seeds = parser.parse_args().seeds
    releases = list_releases()
    print_line("mock \\ suite".ljust(_WIDTH) + "".join(release.ljust(_WIDTH) for release in releases))
    problems: list[str] = []
    for served in releases:
        with serve_release(served) as url:
            row = [check_cell(release, served, url, seeds) for release in releases]
        print_line(served.ljust(_WIDTH) + "".join(text.ljust(_WIDTH) for text, _ in row))
        problems += [problem for _, found in row for problem in found]
    for problem in problems:
        print_line(problem)
    return 1 if problems else 0


def check_cell(release: str, served: str, url: str, seeds: int) -> tuple[str, list[str]]:
    """Run one cell; return its text in the matrix, and its problems."""
    if release == served:
        alarms = list(find_alarms(release, url, seeds))
        return f"{seeds} runs, {len(alarms)} alarms", alarms
    cell = run_cell(release, url, 1)
    problems = [
        f"{release} on {served}: no overlay declares {check}" for check in find_undeclared(cell, served)
    ]
    if not cell.broken:
        problems.append(f"{release} on {served}: no difference is found")
    return f"{len(cell.broken)} differences", problems


def find_alarms(release: str, url: str, seeds: int) -> Iterator[str]:
    """List the failures of the suite against the mock of its own release."""
    for seed in range(1, seeds + 1):
        cell = run_cell(release, url, seed, "--allow-writes")
        yield from (f"{release}, seed {seed}: {check}" for check in cell.broken)


def print_line(line: str) -> None:
    """Print a line and flush."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
