"""The keeper: from where, and from which pages, the control API may be called."""

import pytest
from asgi_requests import Answer, Call, ask

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.server.control_app import load_control_document
from auditmock.settings import Settings

TOKEN = "a-control-token-42"  # noqa: S105
BEARER = f"Bearer {TOKEN}"
OPERATIONS = [
    (each.method, each.path)
    for each in load_control_document().operations.values()
    if each.id != "watch-events"
]
EVENTS = ("GET", "/_mock/events")
PAGES = [
    ("GET", path) for path in ("/_mock", "/_mock/", "/_mock/openapi.yaml", "/_mock/openapi.json", "/_mock/x")
]
ROUTES = [*OPERATIONS, EVENTS, *PAGES]
every_route = pytest.mark.parametrize(("method", "path"), ROUTES)


@pytest.fixture(scope="module")
def open_app() -> App:
    """Give a mock without a control token."""
    return create_app(Settings(logs=5), lambda: 0)


@pytest.fixture(scope="module")
def locked_app() -> App:
    """Give a mock with one."""
    return create_app(Settings(logs=5, control_token=TOKEN, cors=("*",)), lambda: 0)


def call(
    app: App, method: str = "GET", path: str = "/_mock/health", client: str = "127.0.0.1", **headers: str
) -> Answer:
    """Call from an address; the host is this machine's unless another one is given."""
    given = {"host": "localhost:8910", **headers}

    async def from_there(scope: Scope, receive: Receive, send: Send) -> None:
        scope["client"] = (client, 50000)
        await app(scope, receive, send)

    raw = tuple((name.encode(), value.encode()) for name, value in given.items() if value)
    return ask(from_there, Call(method, path, b"", raw))


@every_route
@pytest.mark.parametrize("client", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", ""])
def test_beyond_loopback_it_is_closed(open_app: App, client: str, method: str, path: str) -> None:
    """From any other address every route, pages included, answers 403."""
    assert call(open_app, method, path, client).status == 403


@every_route
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
def test_without_the_token_it_is_locked(
    locked_app: App, client: str, authorization: str, method: str, path: str
) -> None:
    """With --control-token every route answers 403 to whoever does not bring it, from loopback as well."""
    assert call(locked_app, method, path, client, authorization=authorization).status == 403


@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
def test_the_token_opens_it(locked_app: App, client: str) -> None:
    """Whoever brings the token may come in from anywhere, by any name."""
    assert call(locked_app, client=client, host="mock.example.com", authorization=BEARER).status == 200


@pytest.mark.parametrize("client", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_from_loopback_it_is_open(open_app: App, client: str) -> None:
    """From this machine everybody may call."""
    assert call(open_app, client=client).status == 200


FOREIGN = [
    "http://example.com",
    "http://localhost.example.com",
    "null",
    "http://127.0.0.1.example.com",
    "http://192.0.2.7",
]


@every_route
def test_foreign_pages_may_not_call(locked_app: App, method: str, path: str) -> None:
    """A page of another origin is refused on every route, token or not, whatever --cors says."""
    assert call(locked_app, method, path, origin="http://example.com", authorization=BEARER).status == 403


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_foreign_origin_passes(open_app: App, origin: str, method: str) -> None:
    """Origins that are no machine's own are refused, preflights included."""
    answer = call(open_app, method, origin=origin)

    assert answer.status == 403
    assert answer.header("access-control-allow-origin") is None


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1:8910", "http://[::1]:5173", "http://app.localhost"]
)
def test_pages_of_this_machine_may_call(open_app: App, origin: str) -> None:
    """A page that this machine served may call and read the answer."""
    answer = call(open_app, origin=origin)

    assert (answer.status, answer.header("access-control-allow-origin")) == (200, origin)


def test_its_own_page_may_call(locked_app: App) -> None:
    """A page that the mock itself served may call, by whatever name."""
    own = {"host": "mock.example.com:8910", "origin": "http://mock.example.com:8910"}

    assert call(locked_app, authorization=BEARER, **own).status == 200


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "127.0.0.1.example.com:8910", "a b", "[::1", "[x]"]
)
def test_names_of_others_are_refused(open_app: App, host: str) -> None:
    """A page whose own name was pointed at this machine (DNS rebinding) is refused."""
    assert call(open_app, host=host).status == 403


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8910", "[::1]:8910", "192.0.2.7", "app.localhost:1", ""]
)
def test_names_of_this_machine_pass(open_app: App, host: str) -> None:
    """Loopback names and addresses are taken, and clients that send none."""
    assert call(open_app, host=host).status == 200


def test_the_api_stays_open(open_app: App) -> None:
    """The keeper looks at nothing but /_mock."""
    assert call(open_app, path="/_mockery", client="192.0.2.7").status == 404
