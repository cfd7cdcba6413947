"""CORS: which pages may call the mock from a browser."""

import pytest
from asgi_requests import LIST, WRITE, Answer, Call, ask, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.settings import Settings

LOCAL = [
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:8443",
    "http://app.localhost:5173",
    "http://127.0.0.1:8080",
    "http://127.1.2.3",
    "http://[::1]:3000",
]
FOREIGN = [
    "https://example.com",
    "http://localhost.example.com",
    "http://evillocalhost:3000",
    "http://127.0.0.1.example.com",
    "http://localhost:3000.example.com",
    "http://localhost:3000@example.com",
    "http://192.168.0.7",
    "file://localhost",
    "null",
]
PAGE = "https://audit.example.com"
WANTED = (b"access-control-request-method", b"POST")


def allowed(answer: Answer) -> str | None:
    """Tell which origin may read an answer."""
    return answer.header("access-control-allow-origin")


def preflight(origin: str, path: str = WRITE, headers: bytes = b"coder-session-token,content-type") -> Call:
    """Ask as a browser does before a POST of a page."""
    asked = ((b"origin", origin.encode()), WANTED, (b"access-control-request-headers", headers))
    return Call("OPTIONS", path, b"", asked)


@pytest.fixture
def open_app() -> App:
    """Give a mock that one foreign page may call."""
    return create_app(Settings(logs=1, cors=(PAGE,)))


@pytest.mark.parametrize("origin", LOCAL)
def test_localhost_may_call(shared_app: App, origin: str) -> None:
    """A page from this machine may read answers, send its cookies and see our headers."""
    answer = ask(shared_app, listing("q=", origin=origin))

    ours = {"X-Mock-Hint", "X-Mock-Request"}
    shown = {"X-Coder-Request-Id", "X-Coder-Build-Version", "Allow", "Retry-After"} | ours
    assert allowed(answer) == origin
    assert answer.header("access-control-allow-credentials") == "true"
    assert set(str(answer.header("access-control-expose-headers")).split(", ")) == shown
    assert "Origin" in str(answer.header("vary"))


@pytest.mark.parametrize("origin", FOREIGN)
def test_others_may_not(shared_app: App, origin: str) -> None:
    """A page from elsewhere, however it calls itself, may not read the answer."""
    answer = ask(shared_app, listing("q=", origin=origin))

    assert (answer.status, allowed(answer)) == (200, None)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (listing("q=&limit=x", origin=LOCAL[1]), 400),
        (listing("q=", "", origin=LOCAL[1]), 401),
        (listing("q=", accept="text/html", origin=LOCAL[1]), 406),
        (writing({}, content_type="text/plain", origin=LOCAL[1]), 415),
        (listing("q=", origin=LOCAL[1])._replace(path="/nowhere"), 404),
        (listing("q=", origin=LOCAL[1])._replace(method="PUT"), 405),
    ],
    ids=str,
)
def test_a_page_may_read_what_went_wrong(shared_app: App, call: Call, status: int) -> None:
    """Refusals carry the headers of CORS, too."""
    answer = ask(shared_app, call)

    assert (answer.status, allowed(answer)) == (status, LOCAL[1])


@pytest.mark.parametrize("path", [LIST, WRITE])
@pytest.mark.parametrize("origin", LOCAL)
def test_a_preflight_of_localhost_is_answered(shared_app: App, origin: str, path: str) -> None:
    """A preflight needs no token; it allows method and headers of the API."""
    answer = ask(shared_app, preflight(origin, path))

    assert (answer.status, allowed(answer)) == (200, origin)
    assert {"GET", "POST"} <= set(str(answer.header("access-control-allow-methods")).split(", "))
    assert "coder-session-token" in str(answer.header("access-control-allow-headers")).lower()


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_preflight_from_elsewhere_is_refused(shared_app: App, origin: str) -> None:
    """It is 400 in the envelope, and the detail names the flag that would allow it."""
    answer = ask(shared_app, preflight(origin))

    detail = f"Pages of {origin} may not call this server. To allow them, start it with --cors {origin}."
    assert answer.status == 400
    assert answer.json() == {"message": "Disallowed CORS origin.", "detail": detail}
    assert answer.header("content-type") == "application/json; charset=utf-8"
    assert answer.header("x-coder-build-version") == "v0.14.3+documented"


def test_options_without_a_preflight_is_a_method_like_others(shared_app: App) -> None:
    """OPTIONS that asks for no method is judged by the contract: 405."""
    assert ask(shared_app, listing("", origin=LOCAL[0])._replace(method="OPTIONS")).status == 405


@pytest.mark.parametrize(("origin", "who"), [(PAGE, PAGE), (LOCAL[0], None), (PAGE + ":8443", None)])
def test_named_origins_stand_in_for_localhost(open_app: App, origin: str, who: str | None) -> None:
    """With `--cors` the named origin may call, and no other."""
    assert allowed(ask(open_app, listing("q=", origin=origin))) == who


def test_a_star_allows_everybody() -> None:
    """With `--cors *` every page may call, preflight included."""
    app = create_app(Settings(logs=1, cors=("*",)))
    answers = [ask(app, preflight(PAGE)), ask(app, listing("q=", origin=PAGE))]

    assert [answer.status for answer in answers] == [200, 200]
    assert {allowed(answer) for answer in answers} <= {"*", PAGE}


def test_without_an_origin_nothing_is_said(shared_app: App) -> None:
    """A request of no page has no header of CORS."""
    names = [name for name, _ in ask(shared_app, listing("q=")).headers]

    assert [name for name in names if name.startswith(b"access-control")] == []
