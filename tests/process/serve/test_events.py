"""Live events over a real server: they come as things happen, and end with the client or the server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from processes import Running, Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

TOKEN = {"Coder-Session-Token": token_of(BuiltinUser.OWNER)}
WORLD = "myTest0000000000000042"


@contextmanager
def watch(server: Running) -> Iterator[Iterator[tuple[str, Any]]]:
    """Open the stream of events; gives name and data of each."""
    with httpx.stream("GET", f"{server.url}/_mock/events", timeout=30) as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = response.iter_lines()
        assert next(lines).startswith(":")
        yield read(lines)


def read(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Read events; comments and empty lines divide them."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


@pytest.fixture
def running(start_server: Start) -> Running:
    """Give a server of its own."""
    return start_server("--logs", "10")


def test_events_come_as_things_happen(running: Running) -> None:
    """Requests, changed worlds, forgotten ones and a reset are told in their order."""
    with watch(running) as events:
        httpx.get(f"{running.url}/api/v2/audit?q=", headers=TOKEN)
        httpx.put(f"{running.url}/_mock/worlds/{WORLD}", json={})
        httpx.delete(f"{running.url}/_mock/worlds/{WORLD}")
        httpx.delete(f"{running.url}/_mock/requests")
        httpx.post(f"{running.url}/_mock/reset")
        told = [next(events) for _ in range(5)]

    assert [name for name, _ in told] == ["request", "world", "forgotten", "forgotten", "reset"]
    assert (told[0][1]["target"], told[1][1]["name"], told[2][1]) == ("/api/v2/audit?q=", WORLD, WORLD)


def test_every_watcher_hears(running: Running) -> None:
    """Several clients hear of the same, and one that leaves takes nothing from the others."""
    with watch(running) as first:
        with watch(running):
            pass
        with watch(running) as second:
            httpx.get(f"{running.url}/api/v2/audit?q=", headers=TOKEN)
            told = [next(events)[1]["id"] for events in (first, second)]

    assert told == [1, 1]


def test_a_client_that_does_not_read_harms_nobody(running: Running) -> None:
    """Thousands of events that nobody takes leave the server as it was."""
    with watch(running), httpx.Client(base_url=running.url, headers=TOKEN) as client:
        statuses = {client.get("/api/v2/audit?q=&limit=1").status_code for _ in range(3000)}

    assert statuses == {200}


def test_interrupting_ends_a_stream(running: Running) -> None:
    """Ctrl-C ends the server well while somebody watches."""
    with watch(running) as events:
        status = running.interrupt()
        rest = list(rest_of(events))

    assert (status, rest) == (0, [])


def rest_of(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Give what is left of a stream that may break off."""
    try:
        yield from events
    except httpx.RemoteProtocolError:
        return


def test_a_watch_may_have_an_end(running: Running) -> None:
    """Whoever says for how long hears what happens until then, and the answer ends."""
    httpx.put(f"{running.url}/_mock/worlds/{WORLD}", json={})
    response = httpx.get(f"{running.url}/_mock/events?seconds=0", timeout=30)

    assert (response.status_code, response.text) == (200, ": keep-alive\n\n")


def test_worlds_that_make_room_are_told(start_server: Start) -> None:
    """The world used longest ago, which is forgotten when there are too many, is told of like any other."""
    server = start_server("--logs", "10", "--max-worlds", "1")
    with watch(server) as events:
        for number in (1, 2):
            httpx.put(f"{server.url}/_mock/worlds/{number:022}", json={})
        told = [next(events) for _ in range(3)]

    assert [name for name, _ in told] == ["world", "forgotten", "world"]
    assert told[1][1] == f"{1:022}"
