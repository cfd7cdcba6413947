"""The synchronous short cut through the app answers as ASGI does, and does nothing twice."""

import asyncio
from collections.abc import Iterable
from itertools import product

import pytest
from asgi_requests import Answer, Call, listing, send_call, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.store.store import Store
from auditmock.openapi.releases import list_releases
from auditmock.server.app import MockApp
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
LONG = 1100
"""Logs of a page that is sent in pieces."""
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
    """Give a call the `Origin` of a page."""
    return call._replace(headers=(*call.headers, (b"origin", origin.encode()))) if origin else call


def run(app: MockApp, calls: Iterable[Call], *, short_cut: bool) -> list[Answer]:
    """Send calls as a server does: by the short cut first, and over ASGI where that gives nothing."""

    async def send() -> list[Answer]:
        return [await send_call(app, call, app.answer if short_cut else None) for call in calls]

    return asyncio.run(send())


def compare(settings: Settings, calls: list[Call]) -> None:
    """Hold two equal mocks against each other, one with the short cut and one without."""
    with_it, without = (
        run(create_app(settings, lambda: NOW), calls, short_cut=short_cut) for short_cut in (True, False)
    )

    assert with_it == without


@pytest.mark.parametrize("release", list_releases())
def test_the_short_cut_answers_as_asgi_does(release: str) -> None:
    """Status, headers and body are the same, from pages of any origin or none."""
    compare(
        Settings(release=release, logs=LONG),
        [call_from(call, origin) for call, origin in product(CALLS, ORIGINS)],
    )


@pytest.mark.parametrize("release", list_releases())
def test_the_short_cut_counts_a_request_once(release: str) -> None:
    """With a rate limit, the same request of a sequence is the first to be rejected."""
    compare(Settings(release=release, logs=LONG, rate_limit=7), [*CALLS[:5], *CALLS[:5]])


@pytest.mark.parametrize("release", list_releases())
def test_a_long_page_is_found_once(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page too long for the short cut is not searched for again."""
    searches = 0
    find = Store.find

    def count(store: Store, *arguments: object) -> object:
        nonlocal searches
        searches += 1
        return find(store, *arguments)  # type: ignore[arg-type]  # what the store takes

    monkeypatch.setattr(Store, "find", count)
    long_page = [listing("q=&limit=2000")]
    run(create_app(Settings(release=release, logs=LONG), lambda: NOW), long_page, short_cut=False)
    once, searches = searches, 0
    run(create_app(Settings(release=release, logs=LONG), lambda: NOW), long_page, short_cut=True)

    assert searches == once


def test_a_page_of_another_origin_takes_the_short_cut() -> None:
    """A plain list for a page of an allowed origin is answered at once, with CORS headers."""
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
