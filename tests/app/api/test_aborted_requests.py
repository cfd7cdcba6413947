"""Concurrent requests and aborted requests."""

import asyncio

import httpx
import pytest
from asgi_requests import LIST, OWNER, WRITE, listing, send_request, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.settings import Settings

LOGS = 2000
TIMES = ("2030-01-01T00:00:00Z", "2025-08-01T00:00:00Z", "2020-01-01T00:00:00Z")
"""Times after the history, within it, and before it."""


def disconnect_midway(app: App) -> App:
    """Wrap an app so that the client disconnects after the first part of its body."""

    async def aborted(scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = [{**await receive(), "more_body": True}, {"type": "http.disconnect"}]

        async def receive_next() -> Message:
            return messages.pop(0)

        await app(scope, receive_next, send)

    return aborted


@pytest.mark.parametrize("body", [b'{"action":"write"}', b"{}", b'{"action":', b""])
def test_aborted_post_writes_nothing(app: App, body: bytes) -> None:
    """A POST whose body never ends writes no log, even if the received part is valid."""
    send_request(disconnect_midway(app), writing({})._replace(parts=(body,)))

    assert send_request(app, listing("q=")).json()["count"] == 400


class ConcurrentRequests:
    """A long list and some posts at the same time; `order` has the methods by time of response."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.order: list[str] = []

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        response = await client.send(request)
        self.order.append(request.method)
        return response

    async def run(self, posts: int) -> list[httpx.Response]:
        """Request a list of all logs and send posts meanwhile."""
        transport = httpx.ASGITransport(self._app)
        signed_in = {"Coder-Session-Token": OWNER}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://mock", headers=signed_in
        ) as client:
            requests = [client.build_request("GET", f"{LIST}?q=&limit=2147483647")]
            for number in range(posts):
                log = {"time": TIMES[number % len(TIMES)]}
                requests.append(client.build_request("POST", WRITE, json=log))
            return await asyncio.gather(*(self._send(client, request) for request in requests))


def test_long_list_is_a_snapshot() -> None:
    """Logs written while a list is sent are not in it; no other log is lost or repeated."""
    app = create_app(Settings(logs=LOGS))
    before = send_request(app, listing(f"q=&limit={LOGS}")).json()
    requests = ConcurrentRequests(app)
    whole, *writes = asyncio.run(requests.run(posts=9))

    assert requests.order == ["POST"] * 9 + ["GET"]
    assert {response.status_code for response in writes} == {204}
    assert whole.json() == before
    assert send_request(app, listing("q=&limit=1")).json()["count"] == LOGS + 9
