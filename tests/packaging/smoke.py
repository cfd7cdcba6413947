"""Check an installed auditmock: `python smoke.py`, in its environment, from any folder.

Prints a digest of the pages it served, the same in every process and on every Python. Needs the
standard library only.
"""

import hashlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

COMMAND = Path(sys.executable).with_name("auditmock")
LIST = "/api/v2/audit"
PAGES = (
    "?q=",
    "?q=&limit=10000",
    "?q=&limit=25&offset=5000",
    "?q=resource_type:template%20action:write",
    "?q=build_reason:autostart&limit=50",
    "?q=date_from:2025-12-24%20date_to:2025-12-26",
)
MAX_STOP_SECONDS = 1.0
"""Maximum duration of a stop by Ctrl-C."""


class Server(NamedTuple):
    """A running server: its process, its address as `host:port`, and the owner's token."""

    process: subprocess.Popen[str]
    address: str
    token: str


class Response(NamedTuple):
    """A response."""

    status: int
    content_type: str
    body: bytes


def send(server: Server, path: str, *, token: str = "", body: str | None = None) -> Response:
    """Send a GET, or a POST if there is a body."""
    connection = HTTPConnection(server.address, timeout=30)
    headers = {"Coder-Session-Token": token} if token else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request("GET" if body is None else "POST", path, body, headers)
    raw_response = connection.getresponse()
    response = Response(raw_response.status, raw_response.headers.get_content_type(), raw_response.read())
    connection.close()
    return response


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server on a free port; assert that Ctrl-C stops it."""
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--log-level", "warning"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield read_banner(process)
        stop(process)
    finally:
        process.kill()
        process.communicate()


def read_banner(process: subprocess.Popen[str]) -> Server:
    """Read the banner until the server is ready."""
    banner = ""
    for line in process.stdout or ():
        banner += line
        if "Ctrl-C" in line:
            break
    address = re.search(rf"http://(\S+){LIST}", banner)
    token = re.search(r"owner +(\S+)", banner)
    assert address, f"no address in {banner!r}"
    assert token, f"no token in {banner!r}"
    return Server(process, address[1], token[1])


def stop(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C."""
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    status = process.wait(30)
    took = time.monotonic() - pressed
    assert status == 0, f"after Ctrl-C the exit status was {status}"
    assert took <= MAX_STOP_SECONDS, f"Ctrl-C took {took:.1f} s"


def check_version() -> None:
    """Check that the command prints its version."""
    output = subprocess.run([COMMAND, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    assert output == f"auditmock {version('coder-audit-mock')}", output


def check_scenarios(server: Server) -> None:
    """Check that the scenarios are listed, and a token opens one."""
    listed = subprocess.run([COMMAND, "scenario", "list"], check=True, capture_output=True, text=True).stdout
    assert "\nhostile  " in listed, listed
    token = f"FirstDay00-{server.token.partition('-')[2]}"
    response = send(server, f"{LIST}?q=", token=token)
    assert response.body.endswith(b'"count":12}'), response


def check_documentation(server: Server) -> None:
    """Check that the docs page, its script and the contract are served."""
    documents = {
        "/docs": "text/html",
        "/docs/scalar.js": "text/javascript",
        "/openapi.json": "application/json",
    }
    for path, content_type in documents.items():
        response = send(server, path)
        assert (response.status, response.content_type) == (200, content_type), f"{path}: {response[:2]}"
    assert b"\nopenapi: 3.0.4\n" in send(server, "/openapi.yaml").body, "/openapi.yaml is not the contract"


def check_token(server: Server) -> None:
    """Check that a request without a token gets a 401."""
    response = send(server, f"{LIST}?q=")
    assert response.status == 401, response


def check_creation(server: Server) -> None:
    """Check that a posted log is found at once."""
    log = str(uuid4())
    posted = send(server, f"{LIST}/testgenerate", token=server.token, body=f'{{"resource_id": "{log}"}}')
    assert posted.status == 204, posted
    found = send(server, f"{LIST}?q=resource_id:{log}", token=server.token)
    assert found.body.endswith(b'"count":1}'), found


def digest_pages(server: Server) -> str:
    """Return the SHA-256 of several pages, in hexadecimal."""
    digest = hashlib.sha256()
    for query in PAGES:
        response = send(server, LIST + query, token=server.token)
        assert response.status == 200, f"{query}: {response}"
        assert b'"audit_logs":[{' in response.body, f"{query} finds nothing"
        digest.update(response.body)
    return digest.hexdigest()


def main() -> None:
    """Run all checks; the first failure ends the program."""
    check_version()
    with serving() as server:
        digest = digest_pages(server)
        check_scenarios(server)
        check_documentation(server)
        check_token(server)
        check_creation(server)
    with serving() as another:
        assert digest_pages(another) == digest, "two processes with one seed serve different pages"
    print(digest)


if __name__ == "__main__":
    main()
