"""The synchronous path through the app gives the same responses as ASGI and does nothing twice."""

import asyncio
from collections.abc import Iterable
from itertools import product

import pytest
from asgi_requests import Call, Response, listing, send_call, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.store.store import Store
from auditmock.openapi.releases import list_releases
from auditmock.server.app import MockApp
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
CHUNKED_LENGTH = 1100
"""Number of logs of a page that is sent in chunks."""
CALLS = (
    listing("q=&limit=3"),
    listing("q=&limit=2000"),
    listing("q=action:create&limit=ten"),
    listing("q=&limit=3", prefer="code=403"),
    listing("q=&limit=3", "x"),
    writing({"action": "create"}),
    writing({"action": "x"}),
    Call("GET", "/api/v2/nothing"),
    Call("GET", "/docs/nothing"),
)
ORIGINS = ("", "http://localhost:5173", "https://elsewhere.example")


def call_from(call: Call, origin: str) -> Call:
    """Add an `Origin` to a call."""
    return call._replace(headers=(*call.headers, (b"origin", origin.encode()))) if origin else call


def run(app: MockApp, calls: Iterable[Call], *, synchronous: bool) -> list[Response]:
    """Send calls like the server: through the synchronous path first, else over ASGI."""

    async def send() -> list[Response]:
        return [await send_call(app, call, app.answer if synchronous else None) for call in calls]

    return asyncio.run(send())


def compare(settings: Settings, calls: list[Call]) -> None:
    """Assert that two equal mocks, one with the synchronous path, give equal responses."""
    with_path, without = (
        run(create_app(settings, lambda: NOW), calls, synchronous=synchronous)
        for synchronous in (True, False)
    )

    assert with_path == without


@pytest.mark.parametrize("release", list_releases())
def test_synchronous_path_equals_asgi(release: str) -> None:
    """Status, headers and body are the same, for any origin or none."""
    compare(
        Settings(release=release, logs=CHUNKED_LENGTH),
        [call_from(call, origin) for call, origin in product(CALLS, ORIGINS)],
    )


@pytest.mark.parametrize("release", list_releases())
def test_synchronous_path_counts_a_request_once(release: str) -> None:
    """With a rate limit, the same request of a sequence is the first to be rejected."""
    compare(Settings(release=release, logs=CHUNKED_LENGTH, rate_limit=7), [*CALLS[:5], *CALLS[:5]])


@pytest.mark.parametrize("release", list_releases())
def test_long_page_is_searched_once(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page too long for the synchronous path is not searched again."""
    searches = 0
    find = Store.find

    def count(store: Store, *arguments: object) -> object:
        nonlocal searches
        searches += 1
        return find(store, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "find", count)
    long_page = [listing("q=&limit=2000")]
    run(create_app(Settings(release=release, logs=CHUNKED_LENGTH), lambda: NOW), long_page, synchronous=False)
    once, searches = searches, 0
    run(create_app(Settings(release=release, logs=CHUNKED_LENGTH), lambda: NOW), long_page, synchronous=True)

    assert searches == once


def test_request_with_origin_takes_the_synchronous_path() -> None:
    """A simple list for an allowed origin is answered synchronously, with CORS headers."""
    app = create_app(Settings(logs=5), lambda: NOW)
    call = call_from(listing("q="), ORIGINS[1])
    reply = app.answer(
        {
            "type": "http",
            "method": call.method,
            "path": call.path,
            "query_string": call.query,
            "headers": list(call.headers),
            "client": ("127.0.0.1", 1),
        },
        b"",
    )

    assert reply is not None
    assert dict(reply.headers)[b"access-control-allow-origin"] == ORIGINS[1].encode()
