"""`auditmock serve` in a real process with a real socket."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from processes import Running, Start, connect

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

TOKEN = token_of(BuiltinUser.OWNER)
HEADERS = {"Coder-Session-Token": TOKEN}


def list_logs(server: Running, query: str = "q=&limit=1") -> httpx.Response:
    """List logs of a server."""
    return httpx.get(f"{server.url}/api/v2/audit?{query}", headers=HEADERS, timeout=30)


def test_banner_has_urls_and_tokens(server: Running) -> None:
    """The banner has the URLs of API, docs and dashboard, and every token."""
    assert f"{server.url}/docs" in server.banner
    assert f"{server.url}/_mock/" in server.banner
    assert all(token_of(user) in server.banner for user in BuiltinUser)


def test_banner_mentions_the_control_token(start_server: Start) -> None:
    """The banner says that the dashboard requires the control token, without showing it."""
    server = start_server("--control-token", "a-control-token-42")

    assert "/_mock/   requires the control token\n" in server.banner
    assert "a-control-token-42" not in server.banner


def test_example_request_of_the_banner_works(server: Running) -> None:
    """The curl command of the banner returns a log."""
    line = next(line for line in server.banner.splitlines() if "curl" in line)
    done = subprocess.run(shlex.split(line), capture_output=True, check=True)

    assert len(json.loads(done.stdout)["audit_logs"]) == 1


def test_flags_set_the_history(start_server: Start) -> None:
    """Seed, number of logs and end of the history follow the flags."""
    server = start_server("--seed", "7", "--logs", "12", "--until", "2024-02-29")

    page = list_logs(server).json()
    assert page["count"] == 12
    assert page["audit_logs"][0]["time"] < "2024-02-29"


def test_until_now_ends_the_history_now(start_server: Start) -> None:
    """`--until now` ends the history at the current time."""
    server = start_server("--until", "now")

    newest = list_logs(server).json()["audit_logs"][0]["time"]
    assert newest[:4] >= time.strftime("%Y", time.gmtime(time.time() - 30 * 86400))


def test_data_is_served_from_standard_input(start_server: Start, server: Running) -> None:
    """With `--data -` the body of a list from standard input is served."""
    body = list_logs(server, "q=action:delete&limit=30").text
    piped = start_server("--data", "-", stdin=body)

    assert list_logs(piped, "q=").json()["audit_logs"] == json.loads(body)["audit_logs"]


def test_cors_flag_allows_an_origin(start_server: Start) -> None:
    """`--cors` allows the given origin and no other."""
    server = start_server("--logs", "1", "--cors", "https://a.example")
    origins = ["https://a.example", "http://localhost:3000"]

    responses = [httpx.get(f"{server.url}/openapi.json", headers={"Origin": origin}) for origin in origins]
    allowed = [response.headers.get("access-control-allow-origin") for response in responses]
    assert allowed == ["https://a.example", None]


def lines_of(server: Running, tmp_path: Path) -> list[str]:
    """Stop a server and return the lines of its log."""
    server.interrupt()
    return (tmp_path / "server-0.log").read_text().splitlines()


def test_each_request_is_one_line(start_server: Start, tmp_path: Path) -> None:
    """Each request is one line with status and duration."""
    server = start_server("--logs", "1")
    list_logs(server, "q=resourcetype:user")
    httpx.get(server.url + "/nowhere")

    first, second = lines_of(server, tmp_path)
    assert "200 GET /api/v2/audit?q=resourcetype:user " in first
    assert first.endswith('Did you mean "resource_type"?')
    assert "404 GET /nowhere " in second


def test_log_format_json_writes_objects(start_server: Start, tmp_path: Path) -> None:
    """With `--log-format json` each line is an object."""
    server = start_server("--logs", "1", "--log-format", "json")
    list_logs(server)

    (line,) = (json.loads(line) for line in lines_of(server, tmp_path))
    assert {name: line[name] for name in ("level", "method", "target", "status")} == {
        "level": "info",
        "method": "GET",
        "target": "/api/v2/audit?q=&limit=1",
        "status": 200,
    }


def test_log_level_warning_hides_requests(start_server: Start, tmp_path: Path) -> None:
    """With `--log-level warning` no request is logged."""
    server = start_server("--logs", "1", "--log-level", "warning")
    list_logs(server)

    assert lines_of(server, tmp_path) == []


def test_first_request_waits_for_connexion(start_server: Start) -> None:
    """A request that needs Connexion right after the start waits until it is loaded."""
    server = start_server("--logs", "1")

    assert list_logs(server, "q=&limit=one").status_code == 400


def test_closed_output_does_not_stop_the_server() -> None:
    """A server with closed output serves without a message until it is stopped."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-P", "-m", "auditmock", "serve", "--port", str(port), "--logs", "1"]
    with os.fdopen(write_end, "w") as pipe:
        process = subprocess.Popen([*command, "--log-level", "warning"], stdout=pipe, stderr=subprocess.PIPE)
    transport = httpx.HTTPTransport(retries=8)  # With exponential backoff.
    with httpx.Client(transport=transport, base_url=f"http://127.0.0.1:{port}") as client:
        status = client.get("/api/v2/audit?q=", headers=HEADERS).status_code
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)

    assert (status, process.returncode, errors) == (200, 0, b"")


def test_interrupt_gives_status_0(start_server: Start) -> None:
    """Ctrl-C ends the server with status 0."""
    server = start_server("--logs", "1")

    assert server.interrupt() == 0


def test_sigterm_ends_the_server(start_server: Start) -> None:
    """SIGTERM ends the server."""
    server = start_server("--logs", "1")
    server.process.terminate()

    assert server.process.wait(30) in {0, -signal.SIGTERM}


def test_started_response_is_completed(start_server: Start) -> None:
    """After Ctrl-C a started response is completed."""
    server = start_server("--logs", "10000")
    with connect(server.url) as connection:
        connection.sendall(
            b"GET /api/v2/audit?q=&limit=1200 HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n"
            b"Coder-Session-Token: " + TOKEN.encode() + b"\r\n\r\n"
        )
        response = connection.recv(1024)
        server.process.send_signal(signal.SIGINT)
        while chunk := connection.recv(1 << 20):
            response += chunk

    assert response.endswith(b'],"count":10000}\r\n0\r\n\r\n')


@pytest.mark.slow
def test_incomplete_request_is_dropped(start_server: Start) -> None:
    """A request that is incomplete at Ctrl-C is dropped without a response."""
    server = start_server("--logs", "1")
    with connect(server.url) as connection:
        connection.sendall(
            b"POST /api/v2/audit/testgenerate HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\nCoder-Session-Token: " + TOKEN.encode() + b"\r\n\r\n{"
        )
        time.sleep(0.1)
        server.process.send_signal(signal.SIGINT)
        response = connection.recv(1 << 16)

    assert response == b""
    assert server.process.wait(30) == 0


@pytest.mark.slow
def test_slow_client_does_not_delay_the_stop(start_server: Start, tmp_path: Path) -> None:
    """After Ctrl-C a response that is not read is aborted, with one line and no traceback."""
    server = start_server("--log-level", "error")
    with connect(server.url) as connection:
        connection.sendall(
            b"GET /api/v2/audit?q=&limit=10000 HTTP/1.1\r\nHost: mock\r\n"
            b"Coder-Session-Token: " + TOKEN.encode() + b"\r\n\r\n"
        )
        connection.recv(1024)
        status = server.interrupt()

    (line,) = (tmp_path / "server-0.log").read_text().splitlines()
    assert status == 0
    assert line.endswith("ERROR Cancel 1 running task(s), timeout graceful shutdown exceeded")


def test_invalid_http_gets_the_envelope(server: Running) -> None:
    """Bytes that are not HTTP get a 400 with the envelope."""
    with connect(server.url) as connection:
        connection.sendall(b"\xff\xff\xff\r\n\r\n")
        response = connection.recv(4096)

    head, body = response.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"x-coder-request-id" in head
    assert json.loads(body)["message"] == "Malformed HTTP request."


QUERIES = ("q=", "q=action:write&limit=50&offset=700", "q=resource_type:template", "q=username:me&limit=500")


def bodies(server: Running) -> list[bytes]:
    """Fetch some pages."""
    return [list_logs(server, query).content for query in QUERIES]


@pytest.mark.slow
def test_seed_determines_every_byte(start_server: Start) -> None:
    """Two processes with the same seed serve identical pages, with another seed others."""
    first, second, other = (bodies(start_server("--seed", seed)) for seed in ("3", "3", "4"))

    assert first == second
    assert all(page != another for page, another in zip(first, other, strict=True))


FAILING_BUILD = """
import auditmock.server.backends, auditmock.cli.main
def fail(*_): raise RuntimeError("no backends")
auditmock.server.backends.build_backends = fail
auditmock.cli.main.main()
"""


def test_failed_build_ends_the_server() -> None:
    """If Connexion cannot be assembled, the server ends with status 1 and the reason."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", FAILING_BUILD, "serve", "--port", "0", "--logs", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )

    assert done.returncode == 1
    assert "CRITICAL cannot build the app" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_server_listens_on_the_host(start_server: Start, host: str) -> None:
    """The server listens on the given host, including IPv6."""
    assert list_logs(start_server("--logs", "1", "--host", host)).status_code == 200
