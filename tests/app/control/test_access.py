"""Access to the control API: allowed addresses, hosts and origins."""

import pytest
from asgi_requests import Call, Response, send_request

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
EVENT_STREAM = ("GET", "/_mock/events")
PAGES = [
    ("GET", path) for path in ("/_mock", "/_mock/", "/_mock/openapi.yaml", "/_mock/openapi.json", "/_mock/x")
]
ROUTES = [*OPERATIONS, EVENT_STREAM, *PAGES]
every_route = pytest.mark.parametrize(("method", "path"), ROUTES)


@pytest.fixture(scope="module")
def open_app() -> App:
    """Make a mock without a control token."""
    return create_app(Settings(logs=5), lambda: 0)


@pytest.fixture(scope="module")
def locked_app() -> App:
    """Make a mock with a control token."""
    return create_app(Settings(logs=5, control_token=TOKEN, cors=("*",)), lambda: 0)


def call(
    app: App, method: str = "GET", path: str = "/_mock/health", client: str = "127.0.0.1", **headers: str
) -> Response:
    """Send a request from an address; the host is local by default."""
    all_headers = {"host": "localhost:8910", **headers}

    async def app_with_client(scope: Scope, receive: Receive, send: Send) -> None:
        scope["client"] = (client, 50000)
        await app(scope, receive, send)

    raw = tuple((name.encode(), value.encode()) for name, value in all_headers.items() if value)
    return send_request(app_with_client, Call(method, path, b"", raw))


@every_route
@pytest.mark.parametrize("client", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", ""])
def test_remote_client_is_rejected(open_app: App, client: str, method: str, path: str) -> None:
    """A remote client gets a 403 on every route."""
    assert call(open_app, method, path, client).status == 403


@every_route
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
def test_request_without_the_token_is_rejected(
    locked_app: App, client: str, authorization: str, method: str, path: str
) -> None:
    """With --control-token every route needs the token, from loopback, too."""
    assert call(locked_app, method, path, client, authorization=authorization).status == 403


@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
def test_request_with_the_token_is_accepted(locked_app: App, client: str) -> None:
    """A request with the token is accepted from any address and host."""
    assert call(locked_app, client=client, host="mock.example.com", authorization=BEARER).status == 200


@pytest.mark.parametrize("client", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_loopback_client_is_accepted(open_app: App, client: str) -> None:
    """A loopback client is accepted."""
    assert call(open_app, client=client).status == 200


FOREIGN = [
    "http://example.com",
    "http://localhost.example.com",
    "null",
    "http://127.0.0.1.example.com",
    "http://192.0.2.7",
]


@every_route
def test_foreign_page_is_rejected(locked_app: App, method: str, path: str) -> None:
    """A page of a foreign origin is rejected on every route, with the token and any --cors."""
    assert call(locked_app, method, path, origin="http://example.com", authorization=BEARER).status == 403


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_foreign_origin_is_rejected(open_app: App, origin: str, method: str) -> None:
    """Foreign origins are rejected, in preflights, too."""
    response = call(open_app, method, origin=origin)

    assert response.status == 403
    assert response.header("access-control-allow-origin") is None


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1:8910", "http://[::1]:5173", "http://app.localhost"]
)
def test_local_page_is_accepted(open_app: App, origin: str) -> None:
    """A local page may call and read the response."""
    response = call(open_app, origin=origin)

    assert (response.status, response.header("access-control-allow-origin")) == (200, origin)


def test_own_page_is_accepted(locked_app: App) -> None:
    """A page of the mock itself may call, under any host name."""
    own = {"host": "mock.example.com:8910", "origin": "http://mock.example.com:8910"}

    assert call(locked_app, authorization=BEARER, **own).status == 200


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "127.0.0.1.example.com:8910", "a b", "[::1", "[x]"]
)
def test_foreign_host_is_rejected(open_app: App, host: str) -> None:
    """A foreign host name (DNS rebinding) is rejected."""
    assert call(open_app, host=host).status == 403


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8910", "[::1]:8910", "192.0.2.7", "app.localhost:1", ""]
)
def test_local_host_is_accepted(open_app: App, host: str) -> None:
    """Loopback names, addresses and missing hosts are accepted."""
    assert call(open_app, host=host).status == 200


def test_other_paths_are_not_restricted(open_app: App) -> None:
    """Paths outside /_mock are not restricted."""
    assert call(open_app, path="/_mockery", client="192.0.2.7").status == 404
