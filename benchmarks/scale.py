"""Scale: a million logs, for the command and for the store."""

import gc
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from statistics import median
from typing import NamedTuple
from unittest.mock import patch

from figures import Part, Table, Target, percentile, spread
from queries import Log
from servers import TOKEN
from start import Start, time_mock

from auditmock.core.clock import current_time
from auditmock.core.models import Page
from auditmock.fixtures.history.log_renderer import LogRenderer
from auditmock.handlers.messages.response import Reply
from auditmock.server.state import MockState, make_state
from auditmock.settings import Settings

_LOGS = 1_000_000
_LIMIT = 25
_MAX_START_MS = 2000.0
_MAX_MEMORY_MB = 250.0
_MAX_P99_MS = 10.0

_KINDS: Mapping[str, Callable[[Log, random.Random], tuple[str, int]]] = {
    "everything, first page": lambda _log, _rng: ("", 0),
    "one enum, deep": lambda _log, rng: ("resource_type:workspace_build", rng.randrange(400_000)),
    "two enums": lambda log, rng: (
        f"resource_type:{log['resource_type']} action:{log['action']}",
        rng.randrange(4000),
    ),
    "a range of dates": lambda log, rng: (
        f"date_from:{log['time'][:8]}01 date_to:{log['time'][:10]}",
        rng.randrange(1000),
    ),
    "username": lambda log, _rng: (f"username:{log['user']['username']}", 0),
    "rare resource_id": lambda log, _rng: (f"resource_id:{log['resource_id']}", 0),
    "resource_target": lambda log, _rng: (f'resource_target:"{log["resource_target"] or "x"}"', 0),
    "no match": lambda _log, rng: (f"resource_target:no-{rng.random()}", 0),
}
"""By kind, a search derived from a log, and its offset."""


class Timing(NamedTuple):
    """Milliseconds of the queries of one kind: first run, and repeated."""

    cold: list[float]
    warm: list[float]


class Bench:
    """A mock with a million logs in this process, and the number of rows it has built."""

    def __init__(self, mock: MockState, built: list[int]) -> None:
        self._mock = mock
        self._built = built
        self._caller = mock.tokens.open_session(TOKEN.encode())
        self.most_built = 0

    def search(self, q: str, page: Page) -> tuple[float, Reply]:
        """Search; return the CPU milliseconds and the reply."""
        before = len(self._built)
        started = time.thread_time()
        reply = self._mock.operations.get_audit_logs(self._caller, q, page)
        elapsed = (time.thread_time() - started) * 1e3
        self.most_built = max(self.most_built, len(self._built) - before)
        return elapsed, reply

    def time_kind(self, kind: str, queries: int) -> Timing:
        """Time queries of one kind, each derived from a random log."""
        rng = random.Random(kind)
        timing = Timing([], [])
        for _ in range(queries):
            _, reply = self.search("", Page(1, rng.randrange(_LOGS)))
            assert isinstance(reply.body, bytes)
            q, offset = _KINDS[kind](json.loads(reply.body)["audit_logs"][0], rng)
            for times in timing:
                times.append(self.search(q, Page(_LIMIT, offset))[0])
        return timing


def measure_scale(runs: int, queries: int) -> Part:
    """Measure starts of the command, and this many queries of each kind in a store of this process."""
    starts = [time_mock("--logs", str(_LOGS)) for _ in range(runs)]
    with _count_rows() as built:
        bench = Bench(make_state(Settings(logs=_LOGS), current_time), built)
        # The server does the same before its first request.
        gc.freeze()
        timings = {kind: bench.time_kind(kind, queries) for kind in _KINDS}
    cold = list(chain.from_iterable(timing.cold for timing in timings.values()))
    warm = list(chain.from_iterable(timing.warm for timing in timings.values()))
    return Part(
        "scale",
        [_tabulate_starts(starts), _tabulate({**timings, "all": Timing(cold, warm)})],
        [
            Target("scale: first 200", median(start.first_response for start in starts), _MAX_START_MS, "ms"),
            Target("scale: resident memory", median(start.memory for start in starts), _MAX_MEMORY_MB, "MB"),
            Target("scale: p99 in the store, first run", percentile(cold, 99), _MAX_P99_MS, "ms"),
            Target("scale: p99 in the store, repeated", percentile(warm, 99), _MAX_P99_MS, "ms"),
            Target("scale: maximum rows built for a page", bench.most_built, _LIMIT, "rows"),
        ],
        {
            "starts": [start._asdict() for start in starts],
            "store_ms": {kind: timing._asdict() for kind, timing in timings.items()},
        },
    )


@contextmanager
def _count_rows() -> Iterator[list[int]]:
    """Record the position of every row that a store builds."""
    built: list[int] = []
    build = LogRenderer.log

    def counted(self: LogRenderer, position: int) -> bytes:
        built.append(position)
        return build(self, position)

    with patch.object(LogRenderer, "log", counted):
        yield built


def _tabulate_starts(starts: list[Start]) -> Table:
    rows = [
        ("first 200, ms", spread([start.first_response for start in starts], 0)),
        ("RSS then, MB", spread([start.first_memory for start in starts], 0)),
        ("RSS all loaded, MB", spread([start.memory for start in starts], 0)),
    ]
    return Table(f"Start with {_LOGS:,} logs: median (min to max)", ("figure", ""), rows)


def _tabulate(timings: Mapping[str, Timing]) -> Table:
    rows = [
        (kind, *(f"{median(times):.3f} / {percentile(times, 99):.3f}" for times in timing))
        for kind, timing in timings.items()
    ]
    head = ("search", "first run, ms", "repeated, ms")
    note = f"Processor time from the text of the search to the bytes of the page, {_LIMIT} logs at most."
    return Table(f"A page in the store of {_LOGS:,} logs: p50 / p99", head, rows, note)
