"""`python tests/faults`: list the faults, serve a mock with one fault, or score the contract suite."""

import argparse
import contextlib
import os
import signal
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence

# Connexion imports Starlette's test client, which announces its move to another HTTP library.
warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")

from catalogue import BY_NAME, FAULTS  # noqa: E402 - behind the filter above
from fault import NONE  # noqa: E402
from score import Score, score_all, score_peer  # noqa: E402
from serving import make_server  # noqa: E402
from table import find_shortcomings, write_row, write_summary  # noqa: E402

from auditmock.asgi import create_app  # noqa: E402
from auditmock.server.run import bind, url_of  # noqa: E402
from auditmock.settings import Settings  # noqa: E402


def main(words: Sequence[str]) -> int:
    """Run a command. Returns 0 on success, 1 if the suite falls short, 2 on a usage error."""
    options = _read_options(words)
    return COMMANDS[options.command](options)


def print_faults(_options: argparse.Namespace) -> int:
    """Print all faults, one per line: name, aspect, sentence."""
    for fault in FAULTS:
        print_line(f"{fault.name}\t{fault.aspect}\t{fault.sentence}")
    return 0


def serve_fault(options: argparse.Namespace) -> int:
    """Serve a mock with one fault until a signal arrives."""
    fault = BY_NAME.get(options.name)
    if fault is None:
        sys.stderr.write(f'Unknown fault "{options.name}". `list` prints all faults.\n')
        return 2
    try:
        listener = bind("127.0.0.1", options.port)
    except OSError as problem:
        sys.stderr.write(f"cannot listen on port {options.port}: {problem}\n")
        return 2
    # uvicorn re-raises SIGTERM after its shutdown; end the process as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = make_server(create_app(Settings(seed=options.seed)), fault, lambda: print_line(url_of(listener)))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([listener])
    return 0


def score_suite(options: argparse.Namespace) -> int:
    """Check a mock with each fault in turn and print what the suite finds."""
    names = [name for name in BY_NAME if not options.names or name in options.names]
    unknown = set(options.names) - BY_NAME.keys()
    if unknown:
        sys.stderr.write(f"Unknown faults: {', '.join(sorted(unknown))}. `list` prints all faults.\n")
        return 2
    if options.peer:
        return _score_peer(names[:: options.every], options.processes)
    scores: list[Score] = []
    for score in score_all(names[:: options.every], options.processes):
        scores.append(score)
        print_line(write_row(score))
    for line in write_summary(scores):
        print_line(line)
    return 1 if find_shortcomings(scores) else 0


def _score_peer(names: Sequence[str], processes: int) -> int:
    found = 0
    for name, finds in score_peer(names, processes):
        found += finds and name != NONE.name
        print_line(f"{name:44} {'found' if finds else '-'}")
    faults = len(set(names) - {NONE.name})
    print_line(f"Schemathesis alone finds {found} of {faults} faults")
    return 0


def print_line(line: str) -> None:
    """Print a line and flush."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "list": print_faults,
    "serve": serve_fault,
    "score": score_suite,
}
"""The commands by name; each takes its options and returns the exit status."""


def _read_options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description="Mocks with one fault each.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print all faults")
    serve = commands.add_parser("serve", help="serve the mock with one fault")
    serve.add_argument("name", help='fault to serve; "none" for no fault')
    serve.add_argument(
        "--port", type=int, default=0, help="port to listen on; 0 picks a free one (%(default)s)"
    )
    serve.add_argument("--seed", type=int, default=Settings().seed, help="seed of the history (%(default)s)")
    score = commands.add_parser("score", help="print which faults the contract suite finds")
    score.add_argument("names", nargs="*", help="faults to score (default: all)")
    score.add_argument("--every", type=int, default=1, help="score every n-th fault only (%(default)s)")
    score.add_argument("--peer", action="store_true", help="print what Schemathesis alone finds")
    # One more than the cores: each process sometimes waits for its own server.
    at_once = (os.cpu_count() or 1) + 1
    score.add_argument("--processes", type=int, default=at_once, help="number of processes (%(default)s)")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
