"""`make bench`: measure, print the report, and fail if a target is missed."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from browsers import measure_browsers
from figures import Part
from load import measure_load
from machine import describe_machine, list_versions
from peers import install_peers
from releases import measure_releases
from report import missed, save, write_json, write_markdown
from scale import measure_scale
from servers import LOAD_CORE
from speed import Rounds, measure_speed
from start import measure_start
from worlds import measure_worlds

_RESULTS = Path(__file__).with_name("results")
_TOOLS = {"node": "nodejs", "npm": "npm", "taskset": "util-linux", "wrk": "wrk"}
"""The required commands, and the system packages that contain them."""
_PARTS = ("speed", "start", "scale", "load", "releases", "worlds", "browsers")


def main(words: Sequence[str]) -> int:
    """Run the command; return 0 if all targets are met, 1 if one is missed, 2 if it cannot measure."""
    options = _read_options(words)
    if problem := _find_problem():
        print(problem, file=sys.stderr)
        return 2
    # Servers must not outlive this process: SIGTERM unwinds it like Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    os.sched_setaffinity(0, {LOAD_CORE})
    arguments = [f'ARGS="{" ".join(words)}"'] if words else []
    environment = {**describe_machine(), "command": " ".join(["make bench", *arguments])}
    try:
        install_peers()
        with tempfile.TemporaryDirectory() as folder:
            parts = [measure() for measure in _plan(options, Path(folder))]
    except (RuntimeError, subprocess.SubprocessError, KeyboardInterrupt) as problem:
        print(f"Measurement failed: {str(problem) or 'interrupted'}", file=sys.stderr)
        return 2
    versions = list_versions()
    report = write_markdown(environment, versions, parts)
    save(_RESULTS / "latest.json", write_json(environment, versions, parts))
    if options.markdown:
        save(options.markdown, report)
    print(f"\n{report}")
    misses = missed(parts)
    print(*misses, sep="\n", file=sys.stderr)
    return 1 if misses else 0


def _read_options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measure the mock side by side with other tools."
    )
    parser.add_argument("--only", action="append", choices=_PARTS, help="measure this part only; repeatable")
    parser.add_argument("--rounds", type=int, default=5, help="rounds per server (%(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds per round (%(default)s)")
    parser.add_argument("--connections", type=int, default=16, help="connections per round (%(default)s)")
    parser.add_argument("--load-seconds", type=int, default=60, help="seconds of the load test (%(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter rounds: for a trial, not for measurements"
    )
    parser.add_argument("--markdown", type=Path, help="also write the report to this file")
    options = parser.parse_args(words)
    if options.quick:
        options.rounds, options.seconds, options.load_seconds = 3, 1, 10
    return options


def _find_problem() -> str:
    """Return why nothing can be measured, or an empty string."""
    if missing := [name for name in _TOOLS if shutil.which(name) is None]:
        packages = " ".join(_TOOLS[name] for name in missing)
        return f"Missing commands: {', '.join(missing)}. Run: apt-get install {packages}"
    if len(os.sched_getaffinity(0)) < 2:
        return "Two cores are needed: one for the servers and one for the load."
    return ""


def _plan(options: argparse.Namespace, folder: Path) -> list[Callable[[], Part]]:
    rounds = Rounds(options.rounds, options.seconds, options.connections)
    plan: dict[str, Callable[[], Part]] = {
        "speed": lambda: measure_speed(folder, rounds),
        "start": lambda: measure_start(folder, rounds.repeats),
        "scale": lambda: measure_scale(rounds.repeats, 100),
        "load": lambda: measure_load(options.load_seconds),
        "releases": lambda: measure_releases(folder, rounds),
        "worlds": lambda: measure_worlds(folder, rounds),
        "browsers": lambda: measure_browsers(folder, rounds),
    }
    return [plan[name] for name in _PARTS if name in (options.only or _PARTS)]


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
