"""Load: everything at once at full speed, each answer checked, and what it does to the memory."""

import asyncio
import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import uvloop
from connection import Connection
from figures import Part, Table, Target, megabytes
from peers import serve_mock
from posts import SHAPES, Shape
from queries import holds, make_mix, read_history
from servers import Server, run_server
from visitors import Ledger, Share

_LOGS = 10_000
_CONNECTIONS = 64
_WARM_UP = 10
_CALM = 15
_PATIENCE = 60
_WALK = 1000

_MIXED = Share(writing=8, refused=10)
_READING = Share(writing=0, refused=10)

_FLAT = 2.0
"""MB by which a server may grow while nothing is written."""


class Moment(NamedTuple):
    """How things stood: requests and posts so far, MB of memory, seconds of clock and processor."""

    requests: int
    posts: int
    memory: float
    clock: float
    busy: float


class Stretch(NamedTuple):
    """What happened between two moments."""

    first: Moment
    last: Moment

    @property
    def change(self) -> Moment:
        """The differences."""
        first, last = self
        return Moment(
            requests=last.requests - first.requests,
            posts=last.posts - first.posts,
            memory=last.memory - first.memory,
            clock=last.clock - first.clock,
            busy=last.busy - first.busy,
        )


def measure_load(seconds: int) -> Part:
    """Run the mixed load for so long, after a warm-up; then look for every log, then only read."""
    with run_server(serve_mock("--logs", str(_LOGS))) as server:
        history = read_history(lambda target: server.get(target)[1], _LOGS)
        writer = _writer(server)
        ledger = Ledger(make_mix(history), writer)
        _press(server, ledger, _MIXED, _WARM_UP)
        mixed, samples = _press(server, ledger, _MIXED, seconds)
        base = [sum(holds(log, shape.terms) for log in history) for shape in SHAPES]
        lost = sum(_count_lost(server, ledger, number, base[number]) for number in range(len(SHAPES)))
        calm, _ = _press(server, ledger, _READING, _CALM)
    return _report(ledger, mixed, calm, samples, lost)


def _writer(server: Server) -> Mapping[str, str]:
    """Find out who the owner of the token is."""
    body = server.get("q=username:me&limit=1")[1]
    user: Mapping[str, str] = json.loads(body)["audit_logs"][0]["user"]
    return user


def _press(server: Server, ledger: Ledger, share: Share, seconds: int) -> tuple[Stretch, list[Moment]]:
    """Put on the load from all connections; gives what changed, and a sample each second."""
    first = _look(server, ledger)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        samples = runner.run(_press_on(server, ledger, share, seconds))
    return Stretch(first, _look(server, ledger)), samples


async def _press_on(server: Server, ledger: Ledger, share: Share, seconds: int) -> list[Moment]:
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + seconds
    connections = []
    for number in range(_CONNECTIONS):
        visits = ledger.visits(ledger.requests << 8 | number, share, deadline)
        _, connection = await loop.create_connection(partial(Connection, visits), "127.0.0.1", server.port)
        connections.append(connection)
    over = asyncio.gather(*(connection.done for connection in connections))
    samples = []
    while not over.done() and time.monotonic() < deadline + _PATIENCE:
        await asyncio.wait([over], timeout=1)
        samples.append(_look(server, ledger))
    await asyncio.wait_for(over, timeout=1)
    return samples


def _look(server: Server, ledger: Ledger) -> Moment:
    return Moment(
        ledger.requests,
        sum(ledger.acknowledged),
        megabytes(server.resident()),
        time.monotonic(),
        server.busy(),
    )


def _count_lost(server: Server, ledger: Ledger, number: int, base: int) -> int:
    """Walk over all logs of a shape; gives how many acknowledged ones are missing, or counted wrongly."""
    seen: set[str] = set()
    search = f"q={_search(SHAPES[number])}&limit={_WALK}"
    page: dict[str, Any] = json.loads(server.get(search)[1])
    wrong: int = abs(page["count"] - base - ledger.acknowledged[number])
    while page["audit_logs"]:
        seen.update(log["resource_id"] for log in page["audit_logs"])
        page = json.loads(server.get(f"{search}&after_id={page['audit_logs'][-1]['id']}")[1])
    return len(ledger.written[number] - seen) + wrong


def _search(shape: Shape) -> str:
    return "+".join(f"{key}:{value}" for key, value in shape.terms)


def _report(ledger: Ledger, mixed: Stretch, calm: Stretch, samples: list[Moment], lost: int) -> Part:
    failures = sum(count for status, count in ledger.statuses.items() if status >= 500)
    change, still = mixed.change, calm.change
    per_post = change.memory * 1e6 / max(1, change.posts)
    statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(ledger.statuses.items()))
    rows = [
        ("answers, of the whole run", f"{ledger.requests:,}: {statuses}"),
        ("requests a second", f"{change.requests / change.clock:,.0f}"),
        ("the server's core was busy", f"{change.busy / change.clock:.0%}"),
        ("logs written", f"{change.posts:,}"),
        ("memory before and after", f"{mixed.first.memory:.1f} → {mixed.last.memory:.1f} MB"),
        ("memory a log written", f"{per_post:,.0f} bytes"),
        ("memory a 10,000 requests, nothing written", f"{still.memory / still.requests * 1e4:.3f} MB"),
        ("memory then", f"{calm.first.memory:.1f} → {calm.last.memory:.1f} MB, {still.requests:,} requests"),
    ]
    title = f"Load: {_CONNECTIONS} connections, {change.clock:.0f} s, reading, writing and being refused"
    return Part(
        "load",
        [Table(title, ("figure", ""), rows)],
        [
            Target("load: answers from 500 up", failures, 0, ""),
            Target("load: wrong counts or statuses", len(ledger.mistakes), 0, ""),
            Target("load: written logs not found again", lost, 0, ""),
            Target("load: growth while nothing is written", still.memory, _FLAT, "MB"),
        ],
        {
            "samples": [sample._asdict() for sample in samples],
            "statuses": dict(ledger.statuses),
            "mistakes": ledger.mistakes[:100],
            "bytes_a_post": per_post,
        },
    )
