"""CORS: which pages may call the mock from a browser."""

import pytest
from asgi_requests import LIST, WRITE, Call, Response, listing, send_request, writing

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
REQUESTED_METHOD = (b"access-control-request-method", b"POST")


def allowed_origin(response: Response) -> str | None:
    """Return the origin that may read a response."""
    return response.header("access-control-allow-origin")


def preflight(origin: str, path: str = WRITE, headers: bytes = b"coder-session-token,content-type") -> Call:
    """Make a browser's preflight request for a POST."""
    request_headers = (
        (b"origin", origin.encode()),
        REQUESTED_METHOD,
        (b"access-control-request-headers", headers),
    )
    return Call("OPTIONS", path, b"", request_headers)


@pytest.fixture
def open_app() -> App:
    """Make a mock that allows one foreign origin."""
    return create_app(Settings(logs=1, cors=(PAGE,)))


@pytest.mark.parametrize("origin", LOCAL)
def test_local_origin_is_allowed(shared_app: App, origin: str) -> None:
    """A local page may read responses, send cookies and read the exposed headers."""
    response = send_request(shared_app, listing("q=", origin=origin))

    mock_headers = {"X-Mock-Hint", "X-Mock-Request"}
    exposed = {"X-Coder-Request-Id", "X-Coder-Build-Version", "Allow", "Retry-After"} | mock_headers
    assert allowed_origin(response) == origin
    assert response.header("access-control-allow-credentials") == "true"
    assert set(str(response.header("access-control-expose-headers")).split(", ")) == exposed
    assert "Origin" in str(response.header("vary"))


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_origin_is_not_allowed(shared_app: App, origin: str) -> None:
    """A foreign page may not read the response."""
    response = send_request(shared_app, listing("q=", origin=origin))

    assert (response.status, allowed_origin(response)) == (200, None)


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
def test_errors_have_cors_headers(shared_app: App, call: Call, status: int) -> None:
    """Errors have CORS headers, too."""
    response = send_request(shared_app, call)

    assert (response.status, allowed_origin(response)) == (status, LOCAL[1])


@pytest.mark.parametrize("path", [LIST, WRITE])
@pytest.mark.parametrize("origin", LOCAL)
def test_local_preflight_is_allowed(shared_app: App, origin: str, path: str) -> None:
    """A preflight needs no token and allows the API's methods and headers."""
    response = send_request(shared_app, preflight(origin, path))

    assert (response.status, allowed_origin(response)) == (200, origin)
    assert {"GET", "POST"} <= set(str(response.header("access-control-allow-methods")).split(", "))
    assert "coder-session-token" in str(response.header("access-control-allow-headers")).lower()


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_preflight_is_rejected(shared_app: App, origin: str) -> None:
    """A foreign preflight gets a 400 whose detail names the flag that allows it."""
    response = send_request(shared_app, preflight(origin))

    detail = f"Pages of {origin} may not call this server. To allow them, start it with --cors {origin}."
    assert response.status == 400
    assert response.json() == {"message": "Disallowed CORS origin.", "detail": detail}
    assert response.header("content-type") == "application/json; charset=utf-8"
    assert response.header("x-coder-build-version") == "v0.14.3+documented"


def test_options_without_preflight_is_a_405(shared_app: App) -> None:
    """OPTIONS without a requested method gets a 405."""
    assert send_request(shared_app, listing("", origin=LOCAL[0])._replace(method="OPTIONS")).status == 405


@pytest.mark.parametrize(("origin", "expected"), [(PAGE, PAGE), (LOCAL[0], None), (PAGE + ":8443", None)])
def test_cors_option_replaces_local_origins(open_app: App, origin: str, expected: str | None) -> None:
    """With `--cors` only the named origin is allowed."""
    assert allowed_origin(send_request(open_app, listing("q=", origin=origin))) == expected


def test_star_allows_every_origin() -> None:
    """With `--cors *` every origin is allowed, in preflights, too."""
    app = create_app(Settings(logs=1, cors=("*",)))
    responses = [send_request(app, preflight(PAGE)), send_request(app, listing("q=", origin=PAGE))]

    assert [response.status for response in responses] == [200, 200]
    assert {allowed_origin(response) for response in responses} <= {"*", PAGE}


def test_request_without_origin_has_no_cors_headers(shared_app: App) -> None:
    """A request without an origin gets no CORS headers."""
    names = [name for name, _ in send_request(shared_app, listing("q=")).headers]

    assert [name for name in names if name.startswith(b"access-control")] == []
