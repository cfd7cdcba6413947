"""`make matrix`: the suite of every edition against the mock of every edition.

The diagonal must be clean, with writes and over many seeds; every other cell must find differences, all of
them such as the overlays declare.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))

from cells import find_undeclared, judge_cell, serve_edition

from auditmock.editions import list_editions

_WIDTH = 24


def main() -> int:
    """Print the matrix, row by row; 1 when a cell is not as it must be."""
    parser = argparse.ArgumentParser(
        prog="matrix", description="The suite of each edition against each mock."
    )
    parser.add_argument(
        "--seeds", type=int, default=10, help="runs of each cell of the diagonal (%(default)s)"
    )
    seeds = parser.parse_args().seeds
    editions = list_editions()
    say("mock \\ judged by".ljust(_WIDTH) + "".join(edition.ljust(_WIDTH) for edition in editions))
    wrong: list[str] = []
    for served in editions:
        with serve_edition(served) as url:
            row = [judge(edition, served, url, seeds) for edition in editions]
        say(served.ljust(_WIDTH) + "".join(told.ljust(_WIDTH) for told, _ in row))
        wrong += [problem for _, problems in row for problem in problems]
    for problem in wrong:
        say(problem)
    return 1 if wrong else 0


def judge(edition: str, served: str, url: str, seeds: int) -> tuple[str, list[str]]:
    """Judge one cell: what the matrix shows, and what is wrong with it."""
    if edition == served:
        alarms = list(find_alarms(edition, url, seeds))
        return f"{seeds} runs, {len(alarms)} alarms", alarms
    cell = judge_cell(edition, url, 1)
    problems = [f"{edition} on {served}: no overlay declares {law}" for law in find_undeclared(cell, served)]
    if not cell.broken:
        problems.append(f"{edition} on {served}: no difference is found")
    return f"{len(cell.broken)} differences", problems


def find_alarms(edition: str, url: str, seeds: int) -> Iterator[str]:
    """List what the suite finds wrong with the mock of its own edition."""
    for seed in range(1, seeds + 1):
        cell = judge_cell(edition, url, seed, "--allow-writes")
        yield from (f"{edition}, seed {seed}: {law}" for law in cell.broken)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
