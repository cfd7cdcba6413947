"""Load test: mixed traffic at full speed; checks every response and the memory growth."""

import asyncio
import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import uvloop
from connection import Connection
from figures import Part, Table, Target, megabytes
from load_requests import LoadRecord, Share
from peers import serve_mock
from posts import SHAPES, Shape
from queries import holds, make_mix, read_history
from servers import Server, run_server

_LOGS = 10_000
_CONNECTIONS = 64
_WARM_UP = 10
_READ_ONLY_SECONDS = 15
_TIMEOUT = 60
_PAGE_SIZE = 1000

_MIXED = Share(writing=8, rejected=10)
_READING = Share(writing=0, rejected=10)

_MAX_GROWTH = 2.0
"""MB that a server may grow by while nothing is written."""


class Reading(NamedTuple):
    """State at one time: requests and posts so far, MB of memory, seconds of wall and CPU time."""

    requests: int
    posts: int
    memory: float
    clock: float
    busy: float


class Interval(NamedTuple):
    """Two states."""

    first: Reading
    last: Reading

    @property
    def change(self) -> Reading:
        """The differences between the two."""
        first, last = self
        return Reading(
            requests=last.requests - first.requests,
            posts=last.posts - first.posts,
            memory=last.memory - first.memory,
            clock=last.clock - first.clock,
            busy=last.busy - first.busy,
        )


def measure_load(seconds: int) -> Part:
    """Run the mixed load after a warm-up, then search for every written log, then run a read-only load."""
    with run_server(serve_mock("--logs", str(_LOGS))) as server:
        history = read_history(lambda target: server.get(target)[1], _LOGS)
        writer = _writer(server)
        record = LoadRecord(make_mix(history), writer)
        _run_load(server, record, _MIXED, _WARM_UP)
        mixed, samples = _run_load(server, record, _MIXED, seconds)
        base = [sum(holds(log, shape.terms) for log in history) for shape in SHAPES]
        missing = sum(_count_lost(server, record, number, base[number]) for number in range(len(SHAPES)))
        read_only, _ = _run_load(server, record, _READING, _READ_ONLY_SECONDS)
    return _report(record, mixed, read_only, samples, missing)


def _writer(server: Server) -> Mapping[str, str]:
    """Return the owner of the token."""
    body = server.get("q=username:me&limit=1")[1]
    user: Mapping[str, str] = json.loads(body)["audit_logs"][0]["user"]
    return user


def _run_load(
    server: Server, record: LoadRecord, share: Share, seconds: int
) -> tuple[Interval, list[Reading]]:
    """Run the load on all connections; return the change, and a sample per second."""
    first = _read_state(server, record)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        samples = runner.run(_run_connections(server, record, share, seconds))
    return Interval(first, _read_state(server, record)), samples


async def _run_connections(server: Server, record: LoadRecord, share: Share, seconds: int) -> list[Reading]:
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + seconds
    connections = []
    for number in range(_CONNECTIONS):
        exchanges = record.exchanges(record.requests << 8 | number, share, deadline)
        _, connection = await loop.create_connection(partial(Connection, exchanges), "127.0.0.1", server.port)
        connections.append(connection)
    finished = asyncio.gather(*(connection.done for connection in connections))
    samples = []
    while not finished.done() and time.monotonic() < deadline + _TIMEOUT:
        await asyncio.wait([finished], timeout=1)
        samples.append(_read_state(server, record))
    await asyncio.wait_for(finished, timeout=1)
    return samples


def _read_state(server: Server, record: LoadRecord) -> Reading:
    return Reading(
        record.requests,
        sum(record.acknowledged),
        megabytes(server.resident()),
        time.monotonic(),
        server.busy(),
    )


def _count_lost(server: Server, record: LoadRecord, number: int, base: int) -> int:
    """Page through all logs of a shape; return how many acknowledged ones are missing or miscounted."""
    seen: set[str] = set()
    search = f"q={_search(SHAPES[number])}&limit={_PAGE_SIZE}"
    page: dict[str, Any] = json.loads(server.get(search)[1])
    wrong: int = abs(page["count"] - base - record.acknowledged[number])
    while page["audit_logs"]:
        seen.update(log["resource_id"] for log in page["audit_logs"])
        page = json.loads(server.get(f"{search}&after_id={page['audit_logs'][-1]['id']}")[1])
    return len(record.written[number] - seen) + wrong


def _search(shape: Shape) -> str:
    return "+".join(f"{key}:{value}" for key, value in shape.terms)


def _report(
    record: LoadRecord, mixed: Interval, read_only: Interval, samples: list[Reading], missing: int
) -> Part:
    failures = sum(count for status, count in record.statuses.items() if status >= 500)
    change, idle = mixed.change, read_only.change
    per_post = change.memory * 1e6 / max(1, change.posts)
    statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(record.statuses.items()))
    rows = [
        ("responses in total", f"{record.requests:,}: {statuses}"),
        ("requests per second", f"{change.requests / change.clock:,.0f}"),
        ("CPU use of the server's core", f"{change.busy / change.clock:.0%}"),
        ("logs written", f"{change.posts:,}"),
        ("memory before and after", f"{mixed.first.memory:.1f} → {mixed.last.memory:.1f} MB"),
        ("memory per written log", f"{per_post:,.0f} bytes"),
        ("memory per 10,000 requests without writes", f"{idle.memory / idle.requests * 1e4:.3f} MB"),
        (
            "memory during the read-only load",
            f"{read_only.first.memory:.1f} → {read_only.last.memory:.1f} MB, {idle.requests:,} requests",
        ),
    ]
    title = f"Load: {_CONNECTIONS} connections, {change.clock:.0f} s of reads, writes and rejected requests"
    return Part(
        "load",
        [Table(title, ("figure", ""), rows)],
        [
            Target("load: responses with status 500 or above", failures, 0, ""),
            Target("load: wrong counts or statuses", len(record.mistakes), 0, ""),
            Target("load: written logs not found", missing, 0, ""),
            Target("load: growth without writes", idle.memory, _MAX_GROWTH, "MB"),
        ],
        {
            "samples": [sample._asdict() for sample in samples],
            "statuses": dict(record.statuses),
            "mistakes": record.mistakes[:100],
            "bytes_a_post": per_post,
        },
    )
