"""Requests that meet each other, and requests that break off."""

import asyncio

import httpx
import pytest
from asgi_requests import LIST, OWNER, WRITE, ask, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App, Message, Receive, Scope, Send
from auditmock.settings import Settings

LOGS = 2000
TIMES = ("2030-01-01T00:00:00Z", "2025-08-01T00:00:00Z", "2020-01-01T00:00:00Z")
"""Newer than the history, within it, and older."""


def breaking_off(app: App) -> App:
    """Make the client go away behind the first part of its body."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = [{**await receive(), "more_body": True}, {"type": "http.disconnect"}]

        async def one_more() -> Message:
            return messages.pop(0)

        await app(scope, one_more, send)

    return broken


@pytest.mark.parametrize("body", [b'{"action":"write"}', b"{}", b'{"action":', b""])
def test_half_a_request_writes_nothing(app: App, body: bytes) -> None:
    """A body whose end never comes makes no log, even if what came would be a good one."""
    ask(breaking_off(app), writing({})._replace(parts=(body,)))

    assert ask(app, listing("q=")).json()["count"] == 400


class Meeting:
    """A long list and some posts at the same time; `order` tells who was answered when."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.order: list[str] = []

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        response = await client.send(request)
        self.order.append(request.method)
        return response

    async def meet(self, posts: int) -> list[httpx.Response]:
        """Send a request for everything, and posts while it is answered."""
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


def test_a_long_list_is_of_one_moment() -> None:
    """Logs written while a list is being sent are not in it, and none of it is lost or told twice."""
    app = create_app(Settings(logs=LOGS))
    before = ask(app, listing(f"q=&limit={LOGS}")).json()
    meeting = Meeting(app)
    whole, *writes = asyncio.run(meeting.meet(posts=9))

    assert meeting.order == ["POST"] * 9 + ["GET"]
    assert {response.status_code for response in writes} == {204}
    assert whole.json() == before
    assert ask(app, listing("q=&limit=1")).json()["count"] == LOGS + 9
