"""The lock: how a browser signs in by the control token, and what its cookie opens."""

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from asgi_requests import Answer, Call, ask

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.settings import Settings

TOKEN = "a-control+token/42=="  # noqa: S105
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
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
    """Give a mock with a control token."""
    return create_app(Settings(logs=5, control_token=TOKEN, cors=("*",)), lambda: 0)


@pytest.fixture(scope="module")
def open_app() -> App:
    """Give a mock without one."""
    return create_app(Settings(logs=5), lambda: 0)


def call(app: App, call: Call, client: str = "127.0.0.1", scheme: str = "http") -> Answer:
    """Call from an address; the host is this machine's unless another one is given."""
    named = dict(call.headers)
    named.setdefault(b"host", b"localhost:8910")

    async def from_there(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(client=(client, 50000), scheme=scheme)
        await app(scope, receive, send)

    return ask(from_there, call._replace(headers=tuple(named.items())))


def get(path: str = DASHBOARD, **headers: str) -> Call:
    """Ask for a path."""
    return Call("GET", path, b"", raw(headers))


def form(token: str = TOKEN, path: str = DASHBOARD, **headers: str) -> Call:
    """Send the form of the sign-in page."""
    given = {"accept": BROWSER, "content-type": "application/x-www-form-urlencoded", **headers}
    return Call("POST", path, b"", raw(given), (urlencode({"token": token}).encode(),))


def raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Write headers as ASGI has them."""
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def cookie_of(app: App, **headers: str) -> str:
    """Sign in and give the cookie as a browser sends it."""
    return (call(app, form(TOKEN, DASHBOARD, **headers)).header("set-cookie") or "").partition(";")[0]


@both_clients
@dashboard_paths
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_is_asked_for_the_token(app: App, client: str, path: str, method: str) -> None:
    """Who opens the window by a browser gets 403 and a page that asks, which nobody keeps."""
    answer = call(app, get(path, accept=BROWSER)._replace(method=method), client)

    assert (answer.status, answer.header("content-type"), answer.header("cache-control")) == (
        403,
        "text/html; charset=utf-8",
        "no-store",
    )
    assert b'<label for="token">' in answer.body
    assert b'role="alert"' not in answer.body


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0, */*", "text/*", ""])
def test_programs_are_told_as_everywhere(app: App, accept: str) -> None:
    """Who does not ask for HTML gets the error envelope, with the header that opens and the page."""
    answer = call(app, get(accept=accept))

    assert answer.status == 403
    assert answer.json()["detail"].startswith(
        'Send the header "Authorization: Bearer" with the value of --control-token'
    )


@pytest.mark.parametrize("path", [path for path in READABLE if path != DASHBOARD])
def test_only_the_window_asks(app: App, path: str) -> None:
    """Every other path is refused by the error envelope, browsers as well."""
    answer = call(app, get(path, accept=BROWSER))

    assert (answer.status, answer.json()["message"]) == (403, "This client may not use the control API.")


@both_clients
@dashboard_paths
def test_the_token_signs_in(app: App, client: str, path: str) -> None:
    """The right token leads to the window, with a cookie that no script, page or path of others gets."""
    answer = call(app, form(path=path), client)

    assert (answer.status, answer.header("location")) == (303, DASHBOARD)
    name, *attributes = (answer.header("set-cookie") or "").split("; ")
    assert name.startswith("auditmock-control-8910=")
    assert attributes == ["Path=/_mock", "HttpOnly", "SameSite=Strict"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_spaces_around_the_token_do_no_harm(app: App, accept: str) -> None:
    """A token that was pasted with a space or a line's end is taken, from programs as well."""
    assert call(app, form(f" {TOKEN}\r\n", accept=accept)).status == 303


def test_the_way_to_a_world_is_kept(app: App) -> None:
    """The query with which the window was opened is there after the sign-in; it adds no header."""
    answer = call(app, form()._replace(query=b"world=myTest&x=%0d\r\n\xff"))

    assert answer.header("location") == f"{DASHBOARD}?world=myTest&x=%0d%0D%0A%FF"


def test_the_cookie_is_secure_where_it_can_be(app: App) -> None:
    """Over https the cookie never travels without."""
    assert (call(app, form(), scheme="https").header("set-cookie") or "").endswith("; Secure")


def test_the_cookie_is_not_the_token(app: App) -> None:
    """The cookie is the same after another start, another one for another token, and shows none."""
    other = create_app(Settings(logs=5, control_token=f"{TOKEN}="), lambda: 0)
    again = create_app(Settings(logs=5, control_token=TOKEN), lambda: 0)

    assert cookie_of(app) == cookie_of(again)
    assert cookie_of(app) != (call(other, form(f"{TOKEN}=")).header("set-cookie") or "").partition(";")[0]
    assert TOKEN not in cookie_of(app)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\udcff", "ü", "\0"])
def test_a_wrong_token_is_told(app: App, token: str) -> None:
    """A wrong token gets 403, no cookie, and the page with a sentence."""
    body = urlencode({"token": token}, errors="surrogateescape").encode()

    answer = call(app, form()._replace(parts=(body,)))

    assert (answer.status, answer.header("set-cookie")) == (403, None)
    assert b'role="alert">Wrong control token.' in answer.body


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", TOKEN.encode(), b"tok=" + TOKEN.encode(), b"&" * 9000])
def test_what_is_no_form_signs_nobody_in(app: App, body: bytes) -> None:
    """A body without the form's field is a wrong token."""
    assert call(app, form()._replace(parts=(body,))).status == 403


def test_programs_are_told_of_a_wrong_token(app: App) -> None:
    """Who does not ask for HTML reads the same sentence in the error envelope."""
    answer = call(app, form("wrong", accept="*/*"))

    assert (answer.status, answer.json()["detail"]) == (
        403,
        "Wrong control token. Check it and try again.",
    )


@pytest.mark.parametrize("parts", [1, 64])
def test_a_form_has_a_size(app: App, parts: int) -> None:
    """A form of more than 16 KiB is refused, however it comes."""
    sent = (b"token=", *((b"x" * (1 << 14) + b" ") for _ in range(parts)))

    assert call(app, form()._replace(parts=sent)).status == 413


@both_clients
@pytest.mark.parametrize("path", READABLE)
def test_the_cookie_opens_every_path(app: App, client: str, path: str) -> None:
    """Who signed in may read all there is, from anywhere, among whatever other cookies."""
    cookies = f"a=b; auditmock-control-8910=old; {cookie_of(app)};c"

    assert call(app, get(path, cookie=cookies), client).status == 200


def test_the_cookie_steers(app: App) -> None:
    """A page that the mock itself served may write by the cookie."""
    own = {"origin": OWN, "cookie": cookie_of(app)}

    assert call(app, Call("POST", "/_mock/reset", b"", raw(own))).status == 204


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_mock/health"), ("POST", "/_mock/reset"), ("GET", DASHBOARD)]
)
def test_the_cookie_is_for_its_own_page(app: App, origin: str, method: str, path: str) -> None:
    """A page of another origin is refused though the browser adds the cookie, one of this machine as well."""
    answer = call(app, Call(method, path, b"", raw({"origin": origin, "cookie": cookie_of(app)})))

    assert (answer.status, answer.header("access-control-allow-origin")) == (403, None)


@pytest.mark.parametrize("origin", ["http://example.com", "null"])
def test_foreign_pages_sign_nobody_in(app: App, origin: str) -> None:
    """The form is taken from no page that may not call."""
    answer = call(app, form(origin=origin))

    assert (answer.status, answer.header("set-cookie")) == (403, None)


@pytest.mark.parametrize("value", ["", "x", TOKEN])
def test_no_other_cookie_opens(app: App, value: str) -> None:
    """A cookie of that name with anything else in it opens nothing, the token itself included."""
    assert call(app, get("/_mock/health", cookie=f"auditmock-control-8910={value}")).status == 403


def test_servers_of_one_host_do_not_meet(app: App) -> None:
    """Each port has a cookie of its own, since a browser sends those of all ports to each."""
    names = [cookie_of(app, host=host).partition("=")[0] for host in ("mock:8911", "[::1]:8912", "mock")]

    assert names == ["auditmock-control-8911", "auditmock-control-8912", "auditmock-control"]


def test_who_is_in_may_sign_in_again(app: App) -> None:
    """The page of another tab still works after the sign-in."""
    assert call(app, form(cookie=cookie_of(app), origin=OWN)).status == 303


def test_the_token_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Neither logs nor request_log nor answers have the token, whether it was right or nearly so."""
    caplog.set_level(logging.DEBUG)
    app = create_app(Settings(logs=5, control_token=TOKEN), lambda: 0)
    answers = [
        call(app, form()),
        call(app, form(TOKEN + "x")),
        call(app, get("/_mock/requests", cookie=cookie_of(app))),
    ]

    assert answers[-1].json()["requests"] == []
    assert TOKEN not in caplog.text + repr(answers)
    assert "303 POST /_mock/" in caplog.text


@pytest.mark.parametrize(("client", "status"), [("192.0.2.7", 403), ("127.0.0.1", 405)])
def test_without_a_token_nobody_signs_in(open_app: App, client: str, status: int) -> None:
    """Without --control-token there is no sign-in; beyond loopback the answer tells the suggestion."""
    answer = call(open_app, form("anything"), client)

    assert answer.status == status
    assert status == 405 or "start the server with --control-token" in answer.json()["detail"]


@pytest.mark.parametrize("release", ["v0.14", "v2.35"])
def test_every_release_has_the_sign_in(release: str) -> None:
    """Whatever server is imitated, the window is the same."""
    app = create_app(Settings(logs=5, control_token=TOKEN, release=release), lambda: 0)

    assert call(app, get(cookie=cookie_of(app))).status == 200
