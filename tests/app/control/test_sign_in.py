"""Sign-in: how a browser uses the control token, and what its cookie allows."""

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from asgi_requests import Call, Response, send_request

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.settings import Settings

TOKEN = "a-control+token/42=="  # noqa: S105
BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DASHBOARD = "/_mock/"
OWN = "http://localhost:8910"
FOREIGN = [
    "http://localhost:3000",
    "http://127.0.0.1:8910",
    "https://localhost:8910",
    "http://example.com",
    "null",
    "",
]
READABLE = [
    DASHBOARD,
    f"{DASHBOARD}assets/dashboard.js",
    "/_mock/health",
    "/_mock/requests",
    "/_mock/openapi.yaml",
]
dashboard_paths = pytest.mark.parametrize("path", [DASHBOARD, "/_mock"])
both_clients = pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])


@pytest.fixture(scope="module")
def app() -> App:
    """Make a mock with a control token."""
    return create_app(Settings(logs=5, control_token=TOKEN, cors=("*",)), lambda: 0)


@pytest.fixture(scope="module")
def open_app() -> App:
    """Make a mock without a control token."""
    return create_app(Settings(logs=5), lambda: 0)


def call(app: App, call: Call, client: str = "127.0.0.1", scheme: str = "http") -> Response:
    """Send a call from an address; the host is local by default."""
    all_headers = dict(call.headers)
    all_headers.setdefault(b"host", b"localhost:8910")

    async def app_with_client(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(client=(client, 50000), scheme=scheme)
        await app(scope, receive, send)

    return send_request(app_with_client, call._replace(headers=tuple(all_headers.items())))


def get(path: str = DASHBOARD, **headers: str) -> Call:
    """Make a GET request."""
    return Call("GET", path, b"", encode(headers))


def form(token: str = TOKEN, path: str = DASHBOARD, **headers: str) -> Call:
    """Make the request of the sign-in form."""
    all_headers = {"accept": BROWSER_ACCEPT, "content-type": "application/x-www-form-urlencoded", **headers}
    return Call("POST", path, b"", encode(all_headers), (urlencode({"token": token}).encode(),))


def encode(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Encode headers for ASGI."""
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def cookie_of(app: App, **headers: str) -> str:
    """Sign in and return the cookie."""
    return (call(app, form(TOKEN, DASHBOARD, **headers)).header("set-cookie") or "").partition(";")[0]


@both_clients
@dashboard_paths
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_browser_gets_the_sign_in_page(app: App, client: str, path: str, method: str) -> None:
    """A browser without a cookie gets a 403 with the sign-in page, which is not cached."""
    response = call(app, get(path, accept=BROWSER_ACCEPT)._replace(method=method), client)

    assert (response.status, response.header("content-type"), response.header("cache-control")) == (
        403,
        "text/html; charset=utf-8",
        "no-store",
    )
    assert b'<label for="token">' in response.body
    assert b'role="alert"' not in response.body


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0, */*", "text/*", ""])
def test_other_clients_get_the_envelope(app: App, accept: str) -> None:
    """A client that does not accept HTML gets a 403 with the envelope and the required header."""
    response = call(app, get(accept=accept))

    assert response.status == 403
    assert response.json()["detail"].startswith(
        'Send the header "Authorization: Bearer" with the value of --control-token'
    )


@pytest.mark.parametrize("path", [path for path in READABLE if path != DASHBOARD])
def test_only_the_dashboard_has_the_sign_in_page(app: App, path: str) -> None:
    """Other paths get a 403 with the envelope, in browsers, too."""
    response = call(app, get(path, accept=BROWSER_ACCEPT))

    assert (response.status, response.json()["message"]) == (403, "This client may not use the control API.")


@both_clients
@dashboard_paths
def test_valid_token_signs_in(app: App, client: str, path: str) -> None:
    """The valid token redirects to the dashboard with a strict, HTTP-only cookie for its path."""
    response = call(app, form(path=path), client)

    assert (response.status, response.header("location")) == (303, DASHBOARD)
    name, *attributes = (response.header("set-cookie") or "").split("; ")
    assert name.startswith("auditmock-control-8910=")
    assert attributes == ["Path=/_mock", "HttpOnly", "SameSite=Strict"]


@pytest.mark.parametrize("accept", [BROWSER_ACCEPT, "*/*"])
def test_whitespace_around_the_token_is_removed(app: App, accept: str) -> None:
    """A token with surrounding whitespace is accepted."""
    assert call(app, form(f" {TOKEN}\r\n", accept=accept)).status == 303


def test_redirect_keeps_the_query(app: App) -> None:
    """The redirect keeps the query of the dashboard, safely encoded."""
    response = call(app, form()._replace(query=b"world=myTest&x=%0d\r\n\xff"))

    assert response.header("location") == f"{DASHBOARD}?world=myTest&x=%0d%0D%0A%FF"


def test_cookie_is_secure_over_https(app: App) -> None:
    """Over https the cookie is secure."""
    assert (call(app, form(), scheme="https").header("set-cookie") or "").endswith("; Secure")


def test_cookie_is_derived_from_the_token(app: App) -> None:
    """The cookie is the same after a restart, differs per token, and does not contain the token."""
    other = create_app(Settings(logs=5, control_token=f"{TOKEN}="), lambda: 0)
    restarted = create_app(Settings(logs=5, control_token=TOKEN), lambda: 0)

    assert cookie_of(app) == cookie_of(restarted)
    assert cookie_of(app) != (call(other, form(f"{TOKEN}=")).header("set-cookie") or "").partition(";")[0]
    assert TOKEN not in cookie_of(app)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\udcff", "ü", "\0"])
def test_wrong_token_shows_an_error(app: App, token: str) -> None:
    """A wrong token gets a 403, no cookie, and the page with an error."""
    body = urlencode({"token": token}, errors="surrogateescape").encode()

    response = call(app, form()._replace(parts=(body,)))

    assert (response.status, response.header("set-cookie")) == (403, None)
    assert b'role="alert">Wrong control token.' in response.body


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", TOKEN.encode(), b"tok=" + TOKEN.encode(), b"&" * 9000])
def test_invalid_form_is_rejected(app: App, body: bytes) -> None:
    """A body without the form's field is a wrong token."""
    assert call(app, form()._replace(parts=(body,))).status == 403


def test_wrong_token_gets_the_envelope(app: App) -> None:
    """A client that does not accept HTML gets the same error in the envelope."""
    response = call(app, form("wrong", accept="*/*"))

    assert (response.status, response.json()["detail"]) == (
        403,
        "Wrong control token. Check it and try again.",
    )


@pytest.mark.parametrize("parts", [1, 64])
def test_large_form_is_rejected(app: App, parts: int) -> None:
    """A form larger than 16 KiB gets a 413."""
    sent = (b"token=", *((b"x" * (1 << 14) + b" ") for _ in range(parts)))

    assert call(app, form()._replace(parts=sent)).status == 413


@both_clients
@pytest.mark.parametrize("path", READABLE)
def test_cookie_allows_every_path(app: App, client: str, path: str) -> None:
    """The cookie allows reading every path, from anywhere, among other cookies."""
    cookies = f"a=b; auditmock-control-8910=old; {cookie_of(app)};c"

    assert call(app, get(path, cookie=cookies), client).status == 200


def test_cookie_allows_writes_of_own_pages(app: App) -> None:
    """A page of the mock itself may write with the cookie."""
    own = {"origin": OWN, "cookie": cookie_of(app)}

    assert call(app, Call("POST", "/_mock/reset", b"", encode(own))).status == 204


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_mock/health"), ("POST", "/_mock/reset"), ("GET", DASHBOARD)]
)
def test_cookie_of_another_origin_is_rejected(app: App, origin: str, method: str, path: str) -> None:
    """A page of another origin is rejected though the browser sends the cookie."""
    response = call(app, Call(method, path, b"", encode({"origin": origin, "cookie": cookie_of(app)})))

    assert (response.status, response.header("access-control-allow-origin")) == (403, None)


@pytest.mark.parametrize("origin", ["http://example.com", "null"])
def test_foreign_page_cannot_sign_in(app: App, origin: str) -> None:
    """The form of a foreign page is rejected."""
    response = call(app, form(origin=origin))

    assert (response.status, response.header("set-cookie")) == (403, None)


@pytest.mark.parametrize("value", ["", "x", TOKEN])
def test_invalid_cookie_is_rejected(app: App, value: str) -> None:
    """A cookie with another value is rejected, the token itself included."""
    assert call(app, get("/_mock/health", cookie=f"auditmock-control-8910={value}")).status == 403


def test_cookie_name_has_the_port(app: App) -> None:
    """Each port has its own cookie, since browsers send cookies to all ports of a host."""
    names = [cookie_of(app, host=host).partition("=")[0] for host in ("mock:8911", "[::1]:8912", "mock")]

    assert names == ["auditmock-control-8911", "auditmock-control-8912", "auditmock-control"]


def test_signed_in_user_can_sign_in_again(app: App) -> None:
    """The form of another tab still works after the sign-in."""
    assert call(app, form(cookie=cookie_of(app), origin=OWN)).status == 303


def test_token_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Neither logs nor request log nor responses contain the token."""
    caplog.set_level(logging.DEBUG)
    app = create_app(Settings(logs=5, control_token=TOKEN), lambda: 0)
    responses = [
        call(app, form()),
        call(app, form(TOKEN + "x")),
        call(app, get("/_mock/requests", cookie=cookie_of(app))),
    ]

    assert responses[-1].json()["requests"] == []
    assert TOKEN not in caplog.text + repr(responses)
    assert "303 POST /_mock/" in caplog.text


@pytest.mark.parametrize(("client", "status"), [("192.0.2.7", 403), ("127.0.0.1", 405)])
def test_sign_in_needs_a_control_token(open_app: App, client: str, status: int) -> None:
    """Without --control-token there is no sign-in; remote clients get a suggestion."""
    response = call(open_app, form("anything"), client)

    assert response.status == status
    assert status == 405 or "start the server with --control-token" in response.json()["detail"]


@pytest.mark.parametrize("release", ["v0.14", "v2.35"])
def test_every_release_has_the_sign_in(release: str) -> None:
    """The sign-in works in every release."""
    app = create_app(Settings(logs=5, control_token=TOKEN, release=release), lambda: 0)

    assert call(app, get(cookie=cookie_of(app))).status == 200
