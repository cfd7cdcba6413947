"""`python tests/faults`: list the faults, serve a mock that has one, or score the suite by them."""

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
    """Run a command; 0 when all is well, 1 when the suite falls short, 2 when it cannot be done."""
    options = _read_options(words)
    return COMMANDS[options.command](options)


def print_faults(_options: argparse.Namespace) -> int:
    """Print all faults, one a line: name, aspect, sentence."""
    for fault in FAULTS:
        say(f"{fault.name}\t{fault.aspect}\t{fault.sentence}")
    return 0


def serve_fault(options: argparse.Namespace) -> int:
    """Serve a mock with one fault until a signal comes."""
    fault = BY_NAME.get(options.name)
    if fault is None:
        sys.stderr.write(f'there is no fault "{options.name}"; `list` shows all there are\n')
        return 2
    try:
        listener = bind("127.0.0.1", options.port)
    except OSError as problem:
        sys.stderr.write(f"cannot listen on port {options.port}: {problem}\n")
        return 2
    # uvicorn stops at SIGTERM, too, and then raises it again: that shall end the process as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = make_server(create_app(Settings(seed=options.seed)), fault, lambda: say(url_of(listener)))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([listener])
    return 0


def score_suite(options: argparse.Namespace) -> int:
    """Judge a mock with each fault in turn, and print what the suite finds."""
    names = [name for name in BY_NAME if not options.names or name in options.names]
    unknown = set(options.names) - BY_NAME.keys()
    if unknown:
        sys.stderr.write(f"there is no fault {', '.join(sorted(unknown))}; `list` shows all there are\n")
        return 2
    if options.peer:
        return _score_peer(names[:: options.every], options.processes)
    scores: list[Score] = []
    for score in score_all(names[:: options.every], options.processes):
        scores.append(score)
        say(write_row(score))
    for line in write_summary(scores):
        say(line)
    return 1 if find_shortcomings(scores) else 0


def _score_peer(names: Sequence[str], processes: int) -> int:
    found = 0
    for name, finds in score_peer(names, processes):
        found += finds and name != NONE.name
        say(f"{name:44} {'found' if finds else '-'}")
    faults = len(set(names) - {NONE.name})
    say(f"Schemathesis by itself finds {found} of {faults} faults")
    return 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "list": print_faults,
    "serve": serve_fault,
    "score": score_suite,
}
"""The commands by name; each takes its options and gives the exit status."""


def _read_options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description="Mocks that have one fault each.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print all faults")
    serve = commands.add_parser("serve", help="serve the mock with one fault")
    serve.add_argument("name", help='of the fault; "none" is the good mock')
    serve.add_argument("--port", type=int, default=0, help="to listen on; 0 takes a free one (%(default)s)")
    serve.add_argument("--seed", type=int, default=Settings().seed, help="of the history (%(default)s)")
    score = commands.add_parser("score", help="see which faults the contract suite finds")
    score.add_argument("names", nargs="*", help="of faults; all if none is named")
    score.add_argument("--every", type=int, default=1, help="take each so many-th fault only (%(default)s)")
    score.add_argument("--peer", action="store_true", help="see what Schemathesis by itself finds")
    # one more than there are cores, since each waits for its own server at times
    at_once = (os.cpu_count() or 1) + 1
    score.add_argument("--processes", type=int, default=at_once, help="at a time (%(default)s)")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
