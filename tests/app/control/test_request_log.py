"""The request_log: which requests it keeps, what it shows of them, and what it does not."""

import json
from typing import Any

import pytest
from asgi_requests import LIST, OWNER, Answer, Call, ask, drive, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.openapi.releases import list_releases
from auditmock.settings import Settings
from auditmock.web.routes import HOME

HOST = ((b"host", b"localhost"),)
ODD_ACCEPT = "application/json;q=0.5"
"""Sends a good request past the lane."""


def new_app(**settings: Any) -> App:
    """Make a mock with a small history."""
    return create_app(Settings(logs=50, **settings), lambda: 0)


def control(method: str, path: str, query: str = "", body: Any = None) -> Call:
    """Call the control API from this machine."""
    if body is None:
        return Call(method, f"/_mock{path}", query.encode(), HOST)
    text = json.dumps(body).encode()
    return Call(method, f"/_mock{path}", b"", (*HOST, (b"content-type", b"application/json")), (text,))


def numbers(app: App, query: str = "") -> list[int]:
    """List the numbers of the requests that the request_log finds."""
    return [each["id"] for each in ask(app, control("GET", "/requests", query)).json()["requests"]]


def number_of(answer: Answer) -> str | None:
    """Give the number that an answer carries."""
    return answer.header("x-mock-request")


@pytest.mark.parametrize("release", list_releases())
def test_every_answer_of_the_api_is_numbered(release: str) -> None:
    """Answers good and bad, in every release, carry the numbers under which the request_log has them."""
    app = new_app(release=release)
    calls = [
        listing("q=&limit=1"),
        writing({}),
        listing("q=&limit=x"),
        listing("q=", "x"),
        Call("GET", "/api/v2/x"),
    ]

    assert [number_of(each) for each in drive(app, calls)] == ["1", "2", "3", "4", "5"]
    assert numbers(app) == [5, 4, 3, 2, 1]


OWN_PAGES = ["/", HOME, f"{HOME}/scalar.js", "/openapi.yaml", "/openapi.json", "/favicon.svg", "/favicon.ico"]


@pytest.mark.parametrize("path", [*OWN_PAGES, "/_mock/health", "/_mock/openapi.yaml", "/_mock/nowhere"])
def test_own_pages_are_left_out(path: str) -> None:
    """The documentation and the control API do not show in the request_log, and have no number."""
    app = new_app()
    answer = ask(app, Call("GET", path, b"", HOST))

    assert number_of(answer) is None
    assert numbers(app) == []


def test_the_oldest_go() -> None:
    """Only the last requests are kept."""
    app = new_app(request_log=3)
    drive(app, [listing("q=")] * 5)

    assert numbers(app) == [5, 4, 3]


def test_no_request_log() -> None:
    """Without a request_log nothing is kept and no answer has a number."""
    app = new_app(request_log=0)

    assert number_of(ask(app, listing("q="))) is None
    assert numbers(app) == []


def test_numbers_go_on() -> None:
    """A request_log that was emptied goes on counting."""
    app = new_app()
    drive(app, [listing("q="), control("DELETE", "/requests"), listing("q=")])

    assert numbers(app) == [2]


TOLD = [
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
    """Give a mock that was asked four things."""
    app = new_app()
    drive(
        app,
        [
            listing("q=&limit=5"),
            writing({"action": "delete"}),
            listing("q=action%3Adelete+a:b:c"),
            listing("q=action:delete", "Owner00000-myTest0000000000000042"),
        ],
    )
    return app


@pytest.mark.parametrize(("query", "found"), TOLD)
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
    """What was expected is compared with what was asked, and said in a sentence."""
    told = ask(used_app, control("POST", "/requests/verify", body=body)).json()

    assert (told["verified"], told["detail"]) == (verified, detail)
    assert len(told["requests"]) == told["count"]


SECRETS = [
    listing("q=a"),
    listing(f"q=a&coder_session_token={OWNER}", ""),
    listing("q=a", "", cookie=f"other=1; coder_session_token={OWNER}"),
    listing("q=a", authorization=f"Bearer {OWNER}"),
]


@pytest.mark.parametrize("call", SECRETS)
@pytest.mark.parametrize("release", list_releases())
def test_secrets_do_not_show(release: str, call: Call) -> None:
    """No token of a request, wherever it stood, is in what the request_log shows."""
    app = new_app(release=release)
    ask(app, call)

    shown = [ask(app, control("GET", path)).body for path in ("/requests", "/requests/1")]
    assert not [each for each in shown if OWNER.encode() in each]


def test_bodies_are_shown() -> None:
    """The beginning of a body is shown, whichever way the request went."""
    app = new_app()
    drive(app, [writing({"action": "delete"}), writing({"action": "delete"}, accept=ODD_ACCEPT)])

    shown = [ask(app, control("GET", f"/requests/{number}")).json()["body"] for number in (1, 2)]
    assert shown == ['{"action": "delete"}'] * 2


@pytest.mark.parametrize("accept", ["application/json", ODD_ACCEPT])
def test_the_count_is_that_of_the_answer(accept: str) -> None:
    """What is told of a page is what was answered then, whatever has been posted since."""
    app = new_app()
    drive(app, [listing("q=&limit=3&offset=2", accept=accept), writing({})])

    page = ask(app, control("GET", "/requests/1")).json()["page"]
    assert page == {"limit": 3, "offset": 2, "matched": 50, "shown": 3, "scanned": 51}


def test_a_request_that_is_gone() -> None:
    """A number that the request_log does not have is answered with 404 that says why."""
    answer = ask(new_app(), control("GET", "/requests/7"))

    assert (answer.status, answer.json()["message"]) == (404, "Request not found.")
    assert LIST not in answer.json()["detail"]
