"""A server that listens on all addresses: its control API, called by an address that is not loopback."""

import socket
from pathlib import Path

import httpx
import pytest
from processes import Running, Start

from auditmock.server.control_app import load_control_document

ROUTES = [(each.method, each.path) for each in load_control_document().operations.values()]
PAGES = [("GET", path) for path in ("/_mock", "/_mock/", "/_mock/openapi.yaml", "/_mock/openapi.json")]
TOKEN = "a-control-token-42"  # noqa: S105 - opens a mock of this test


def own_address() -> str:
    """Find an address of this machine that is not loopback; none leaves the test nothing to call by."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # no datagram is sent: this only asks for the route
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = probe.getsockname()[0]
    return address


def url_from_outside(server: Running) -> str:
    """Write the URL by that address."""
    return f"http://{own_address()}:{server.url.rpartition(':')[2]}"


def test_every_route_is_closed(start_server: Start) -> None:
    """Without a token every route of the document and every page answers 403, and the API answers."""
    url = url_from_outside(start_server("--host", "0.0.0.0", "--logs", "10"))  # noqa: S104
    with httpx.Client(base_url=url) as client:
        statuses = {client.request(method, path).status_code for method, path in [*ROUTES, *PAGES]}
        api = client.get("/api/v2/audit").status_code

    assert (statuses, api) == ({403}, 401)


def test_the_token_opens_it(start_server: Start) -> None:
    """With the token the control API is open from there, and closed without."""
    url = url_from_outside(start_server("--host", "0.0.0.0", "--logs", "10", "--control-token", TOKEN))  # noqa: S104
    responses = [
        httpx.get(f"{url}/_mock/health", headers=headers).status_code
        for headers in ({"Authorization": f"Bearer {TOKEN}"}, {})
    ]

    assert responses == [200, 403]


def test_a_browser_signs_in(start_server: Start, tmp_path: Path) -> None:
    """With the token in its form a browser there gets a cookie that opens it, and no log has the token."""
    url = url_from_outside(start_server("--host", "0.0.0.0", "--logs", "10", "--control-token", TOKEN))  # noqa: S104
    with httpx.Client(base_url=url) as client:
        responses = [client.post("/_mock/", data={"token": TOKEN}), client.get("/_mock/health")]
    log = "".join(file.read_text() for file in tmp_path.glob("*.log"))

    assert [response.status_code for response in responses] == [303, 200]
    assert "303 POST /_mock/" in log
    assert TOKEN not in log
