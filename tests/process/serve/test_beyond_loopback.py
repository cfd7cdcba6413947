"""A server on all interfaces: its control API, called through a non-loopback address."""

import socket
from pathlib import Path

import httpx
import pytest
from processes import Running, Start

from auditmock.server.control_app import load_control_document

ROUTES = [(each.method, each.path) for each in load_control_document().operations.values()]
PAGES = [("GET", path) for path in ("/_mock", "/_mock/", "/_mock/openapi.yaml", "/_mock/openapi.json")]
TOKEN = "a-control-token-42"  # noqa: S105 - of a mock in this test


def own_address() -> str:
    """Find a non-loopback address of this machine; skip the test if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # No datagram is sent: this only looks up the route.
        except OSError:
            pytest.skip("no non-loopback address")
        address: str = probe.getsockname()[0]
    return address


def external_url(server: Running) -> str:
    """Return the server's URL with that address."""
    return f"http://{own_address()}:{server.url.rpartition(':')[2]}"


def test_every_control_route_is_rejected(start_server: Start) -> None:
    """Without a token every control route and page gets a 403; the API works."""
    url = external_url(start_server("--host", "0.0.0.0", "--logs", "10"))  # noqa: S104
    with httpx.Client(base_url=url) as client:
        statuses = {client.request(method, path).status_code for method, path in [*ROUTES, *PAGES]}
        api = client.get("/api/v2/audit").status_code

    assert (statuses, api) == ({403}, 401)


def test_token_allows_remote_access(start_server: Start) -> None:
    """With the token the control API works remotely, without it not."""
    url = external_url(start_server("--host", "0.0.0.0", "--logs", "10", "--control-token", TOKEN))  # noqa: S104
    responses = [
        httpx.get(f"{url}/_mock/health", headers=headers).status_code
        for headers in ({"Authorization": f"Bearer {TOKEN}"}, {})
    ]

    assert responses == [200, 403]


@pytest.mark.slow
def test_browser_can_sign_in_remotely(start_server: Start, tmp_path: Path) -> None:
    """A remote browser can sign in, and no log contains the token."""
    url = external_url(start_server("--host", "0.0.0.0", "--logs", "10", "--control-token", TOKEN))  # noqa: S104
    with httpx.Client(base_url=url) as client:
        responses = [client.post("/_mock/", data={"token": TOKEN}), client.get("/_mock/health")]
    log = "".join(file.read_text() for file in tmp_path.glob("*.log"))

    assert [response.status_code for response in responses] == [303, 200]
    assert "303 POST /_mock/" in log
    assert TOKEN not in log
