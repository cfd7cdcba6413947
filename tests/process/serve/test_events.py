"""Event stream of a real server: order of events, several clients, and its end."""

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
    """Open the event stream; yield name and data of each event."""
    with httpx.stream("GET", f"{server.url}/_mock/events", timeout=30) as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = response.iter_lines()
        assert next(lines).startswith(":")
        yield read(lines)


def read(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Parse events; comments and empty lines separate them."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


@pytest.fixture
def events_server(start_server: Start) -> Running:
    """Start a server for one test."""
    return start_server("--logs", "10")


def test_events_are_in_order(events_server: Running) -> None:
    """Requests, changed and removed worlds and a reset are sent in order."""
    with watch(events_server) as events:
        httpx.get(f"{events_server.url}/api/v2/audit?q=", headers=TOKEN)
        httpx.put(f"{events_server.url}/_mock/worlds/{WORLD}", json={})
        httpx.delete(f"{events_server.url}/_mock/worlds/{WORLD}")
        httpx.delete(f"{events_server.url}/_mock/requests")
        httpx.post(f"{events_server.url}/_mock/reset")
        received = [next(events) for _ in range(5)]

    assert [name for name, _ in received] == ["request", "world", "forgotten", "forgotten", "reset"]
    assert (received[0][1]["target"], received[1][1]["name"], received[2][1]) == (
        "/api/v2/audit?q=",
        WORLD,
        WORLD,
    )


@pytest.mark.slow
def test_every_client_gets_events(events_server: Running) -> None:
    """Several clients get the same events, and one that disconnects does not affect the others."""
    with watch(events_server) as first:
        with watch(events_server):
            pass
        with watch(events_server) as second:
            httpx.get(f"{events_server.url}/api/v2/audit?q=", headers=TOKEN)
            received = [next(events)[1]["id"] for events in (first, second)]

    assert received == [1, 1]


@pytest.mark.slow
def test_client_that_does_not_read_is_harmless(events_server: Running) -> None:
    """Thousands of unread events do not affect the server."""
    with watch(events_server), httpx.Client(base_url=events_server.url, headers=TOKEN) as client:
        statuses = {client.get("/api/v2/audit?q=&limit=1").status_code for _ in range(3000)}

    assert statuses == {200}


def test_interrupt_ends_the_stream(events_server: Running) -> None:
    """Ctrl-C ends the server with status 0 while a client is connected."""
    with watch(events_server) as events:
        status = events_server.interrupt()
        rest = list(rest_of(events))

    assert (status, rest) == (0, [])


def rest_of(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the rest of a stream that may be aborted."""
    try:
        yield from events
    except httpx.RemoteProtocolError:
        return


@pytest.mark.slow
def test_seconds_limits_the_stream(events_server: Running) -> None:
    """With `seconds` the stream ends after that time."""
    httpx.put(f"{events_server.url}/_mock/worlds/{WORLD}", json={})
    response = httpx.get(f"{events_server.url}/_mock/events?seconds=0", timeout=30)

    assert (response.status_code, response.text) == (200, ": keep-alive\n\n")


@pytest.mark.slow
def test_evicted_world_is_an_event(start_server: Start) -> None:
    """The eviction of a world is sent as an event."""
    server = start_server("--logs", "10", "--max-worlds", "1")
    with watch(server) as events:
        for number in (1, 2):
            httpx.put(f"{server.url}/_mock/worlds/{number:022}", json={})
        received = [next(events) for _ in range(3)]

    assert [name for name, _ in received] == ["world", "forgotten", "world"]
    assert received[1][1] == f"{1:022}"
