"""Request log: which requests it keeps and what it shows of them."""

import json
from typing import Any

import pytest
from asgi_requests import LIST, OWNER, Call, Response, listing, send_request, send_requests, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.openapi.releases import list_releases
from auditmock.settings import Settings
from auditmock.web.routes import HOME

HOST = ((b"host", b"localhost"),)
ODD_ACCEPT = "application/json;q=0.5"
"""Sends a valid request to Connexion instead of the fast path."""


def new_app(**settings: Any) -> App:
    """Make a mock with a small history."""
    return create_app(Settings(logs=50, **settings), lambda: 0)


def control(method: str, path: str, query: str = "", body: Any = None) -> Call:
    """Make a local request to the control API."""
    if body is None:
        return Call(method, f"/_mock{path}", query.encode(), HOST)
    text = json.dumps(body).encode()
    return Call(method, f"/_mock{path}", b"", (*HOST, (b"content-type", b"application/json")), (text,))


def numbers(app: App, query: str = "") -> list[int]:
    """Return the numbers of the requests that the request log finds."""
    return [each["id"] for each in send_request(app, control("GET", "/requests", query)).json()["requests"]]


def number_of(response: Response) -> str | None:
    """Return the request number of a response."""
    return response.header("x-mock-request")


@pytest.mark.parametrize("release", list_releases())
def test_every_response_has_a_number(release: str) -> None:
    """Every response, in every release, has the number of its request in the request log."""
    app = new_app(release=release)
    calls = [
        listing("q=&limit=1"),
        writing({}),
        listing("q=&limit=x"),
        listing("q=", "x"),
        Call("GET", "/api/v2/x"),
    ]

    assert [number_of(each) for each in send_requests(app, calls)] == ["1", "2", "3", "4", "5"]
    assert numbers(app) == [5, 4, 3, 2, 1]


OWN_PAGES = ["/", HOME, f"{HOME}/scalar.js", "/openapi.yaml", "/openapi.json", "/favicon.svg", "/favicon.ico"]


@pytest.mark.parametrize("path", [*OWN_PAGES, "/_mock/health", "/_mock/openapi.yaml", "/_mock/nowhere"])
def test_own_pages_are_not_recorded(path: str) -> None:
    """Documentation and control API are not recorded and have no number."""
    app = new_app()
    response = send_request(app, Call("GET", path, b"", HOST))

    assert number_of(response) is None
    assert numbers(app) == []


def test_oldest_requests_are_dropped() -> None:
    """Only the last requests are kept."""
    app = new_app(request_log=3)
    send_requests(app, [listing("q=")] * 5)

    assert numbers(app) == [5, 4, 3]


def test_request_log_can_be_off() -> None:
    """With a size of 0 nothing is recorded and no response has a number."""
    app = new_app(request_log=0)

    assert number_of(send_request(app, listing("q="))) is None
    assert numbers(app) == []


def test_numbers_continue_after_clearing() -> None:
    """After the request log is cleared, the numbers continue."""
    app = new_app()
    send_requests(app, [listing("q="), control("DELETE", "/requests"), listing("q=")])

    assert numbers(app) == [2]


QUERIES = [
    ("operation=get-audit-logs", [4, 3, 1]),
    ("operation=generate-fake-audit-logs", [2]),
    ("method=POST", [2]),
    ("status=400", [3]),
    ("since=2", [4, 3]),
    ("contains=action%3Adelete", [4, 3]),
    ("contains=a+b", []),
    ("world=0000000000000000000000", [3, 2, 1]),
    ("world=myTest0000000000000042", [4]),
    ("limit=1", [4]),
    ("status=400&method=POST", []),
]


@pytest.fixture(scope="module")
def used_app() -> App:
    """Make a mock and send it four requests."""
    app = new_app()
    send_requests(
        app,
        [
            listing("q=&limit=5"),
            writing({"action": "delete"}),
            listing("q=action%3Adelete+a:b:c"),
            listing("q=action:delete", "Owner00000-myTest0000000000000042"),
        ],
    )
    return app


@pytest.mark.parametrize(("query", "found"), QUERIES)
def test_requests_are_found(used_app: App, query: str, found: list[int]) -> None:
    """Requests are found by world, operation, method, status, number and decoded text, newest first."""
    assert numbers(used_app, query) == found


VERIFIED = [
    (
        {"operation": "get-audit-logs", "contains": "action:delete", "exactly": 2},
        True,
        "Expected exactly 2, found 2.",
    ),
    ({"operation": "get-audit-logs", "exactly": 2}, False, "Expected exactly 2, found 3."),
    ({"at_least": 1, "at_most": 3}, False, "Expected at least 1 and at most 3, found 4."),
    ({"status": 500}, False, "Expected at least 1, found 0."),
    ({"status": 500, "exactly": 0}, True, "Expected exactly 0, found 0."),
]


@pytest.mark.parametrize(("body", "verified", "detail"), VERIFIED)
def test_expectations_are_verified(used_app: App, body: Any, verified: bool, detail: str) -> None:  # noqa: FBT001
    """The expectation is compared with the recorded requests and described in one sentence."""
    result = send_request(used_app, control("POST", "/requests/verify", body=body)).json()

    assert (result["verified"], result["detail"]) == (verified, detail)
    assert len(result["requests"]) == result["count"]


SECRETS = [
    listing("q=a"),
    listing(f"q=a&coder_session_token={OWNER}", ""),
    listing("q=a", "", cookie=f"other=1; coder_session_token={OWNER}"),
    listing("q=a", authorization=f"Bearer {OWNER}"),
]


@pytest.mark.parametrize("call", SECRETS)
@pytest.mark.parametrize("release", list_releases())
def test_tokens_are_not_recorded(release: str, call: Call) -> None:
    """No token of a request is in the request log, whatever its location is."""
    app = new_app(release=release)
    send_request(app, call)

    shown = [send_request(app, control("GET", path)).body for path in ("/requests", "/requests/1")]
    assert not [each for each in shown if OWNER.encode() in each]


def test_bodies_are_recorded() -> None:
    """The start of a body is recorded, with and without the fast path."""
    app = new_app()
    send_requests(app, [writing({"action": "delete"}), writing({"action": "delete"}, accept=ODD_ACCEPT)])

    shown = [send_request(app, control("GET", f"/requests/{number}")).json()["body"] for number in (1, 2)]
    assert shown == ['{"action": "delete"}'] * 2


@pytest.mark.parametrize("accept", ["application/json", ODD_ACCEPT])
def test_recorded_page_is_the_one_sent(accept: str) -> None:
    """The recorded page is as it was sent, whatever was posted since."""
    app = new_app()
    send_requests(app, [listing("q=&limit=3&offset=2", accept=accept), writing({})])

    page = send_request(app, control("GET", "/requests/1")).json()["page"]
    assert page == {"limit": 3, "offset": 2, "matched": 50, "shown": 3, "scanned": 51}


def test_unknown_request_is_a_404() -> None:
    """An unknown request number gets a 404 with the reason."""
    response = send_request(new_app(), control("GET", "/requests/7"))

    assert (response.status, response.json()["message"]) == (404, "Request not found.")
    assert LIST not in response.json()["detail"]
