"""Access log, and errors of the mock itself."""

import json
import logging
from collections.abc import Iterator

import pytest
from asgi_requests import LIST, OWNER, Call, listing, send_request, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.fixtures.store.store import Store
from auditmock.server.log_setup import JsonLines, TextLines
from auditmock.settings import Settings

ODD_ACCEPT = "application/json;q=0.5"
"""Sends a valid request to Connexion instead of the fast path."""


class BugError(Exception):
    """Raised by a simulated bug."""


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Capture the log."""
    caplog.set_level(logging.INFO, "auditmock")
    return caplog


@pytest.fixture
def broken_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the store."""

    def fail(*_: object) -> None:
        raise BugError

    monkeypatch.setattr(Store, "find", fail)
    monkeypatch.setattr(Store, "add", fail)


def error_records(lines: pytest.LogCaptureFixture) -> Iterator[logging.LogRecord]:
    """Return the records of errors."""
    return (record for record in lines.records if record.levelno >= logging.ERROR)


CALLS = [
    (listing("q=&limit=2"), f"200 GET {LIST}?q=&limit=2 "),
    (listing("q=&limit=2000"), f"200 GET {LIST}?q=&limit=2000 "),
    (writing({}), f"204 POST {LIST}/testgenerate "),
    (listing("q=&limit=x"), f"400 GET {LIST}?q=&limit=x "),
    (listing("q=", "x"), f"401 GET {LIST}?q= "),
    (Call("GET", "/a b\r\nc"), "404 GET /a%20b%0D%0Ac "),
    (listing("q=", origin="http://localhost")._replace(method="PUT"), f"405 PUT {LIST}?q= "),
]


@pytest.mark.parametrize(("call", "start"), CALLS, ids=[start for _, start in CALLS])
def test_request_is_logged_in_one_line(
    app: App, lines: pytest.LogCaptureFixture, call: Call, start: str
) -> None:
    """Each request is one line with status, method, target and duration."""
    send_request(app, call)

    (line,) = lines.messages
    assert line.startswith(start)
    assert float(line.removeprefix(start).removesuffix(" ms")) >= 0


@pytest.mark.parametrize(
    "name", ["coder_session_token", "coder%5Fsession%5Ftoken", "%63oder_session_toke%6E"]
)
def test_token_is_not_logged(app: App, lines: pytest.LogCaptureFixture, name: str) -> None:
    """The token in a query is replaced in the log, in any percent-encoding of its name."""
    response = send_request(app, listing(f"q=a&{name}={OWNER}&limit=1", ""))

    (line,) = lines.messages
    assert response.status == 200
    assert OWNER not in line
    assert f"{LIST}?q=a&{name}=...&limit=1 " in line


def test_control_characters_are_escaped(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """Control characters of a target are percent-encoded in the log."""
    send_request(shared_app, listing("")._replace(query=b"q=\x9b31m\x85\x07 \xff"))

    assert f"{LIST}?q=%9B31m%85%07%20%FF " in lines.messages[0]


def test_hint_is_logged(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """The hint is at the end of the line, as in the header."""
    response = send_request(shared_app, listing("q=resourcetype:user"))

    hint = 'Unknown search key "resourcetype" is ignored. Did you mean "resource_type"?'
    assert response.header("x-mock-hint") == hint
    assert lines.messages[0].endswith(" ms  " + hint)


def test_json_line_has_named_parts(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """A JSON log line has its parts by name."""
    send_request(shared_app, listing("q=x&limit=1"))
    line = json.loads(JsonLines().format(lines.records[0]))

    assert list(line) == ["time", "level", "method", "target", "status", "milliseconds", "hint"]
    assert (line["method"], line["target"], line["status"]) == ("GET", f"{LIST}?q=x&limit=1", 200)


def test_text_line_has_the_time_only(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """A text log line starts with the time of day, without a level."""
    send_request(shared_app, listing("q="))
    clock, line = TextLines().format(lines.records[0]).split(" ", 1)

    assert len(clock.split(":")) == 3
    assert line == lines.messages[0]


def test_requests_are_not_logged_above_info(shared_app: App, caplog: pytest.LogCaptureFixture) -> None:
    """At a level above INFO no request is logged."""
    caplog.set_level(logging.WARNING, "auditmock")
    send_request(shared_app, listing("q="))

    assert caplog.records == []


@pytest.mark.usefixtures("broken_store")
@pytest.mark.parametrize(
    "call",
    [listing("q="), writing({}), listing("q=", accept=ODD_ACCEPT), writing({}, accept=ODD_ACCEPT)],
    ids=["GET by fast path", "POST by fast path", "GET by Connexion", "POST by Connexion"],
)
def test_bug_is_a_500(app: App, lines: pytest.LogCaptureFixture, call: Call) -> None:
    """A bug gives a 500 without its cause in the response, and is logged once with its traceback."""
    response = send_request(app, call)

    (failure,) = error_records(lines)
    assert (response.status, response.json()) == (500, {"message": "An internal server error occurred."})
    assert response.header("x-coder-build-version") == "v0.14.3+documented"
    assert failure.exc_info is not None
    assert failure.exc_info[0] is BugError
    assert lines.messages[-1].startswith(f"500 {call.method} {call.path}")


def test_next_request_after_a_bug_works(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request after a failed one is answered as usual."""
    before = send_request(app, listing("q="))
    with monkeypatch.context() as patch:
        patch.setattr(Store, "find", None)
        failed = send_request(app, listing("q="))
    after = send_request(app, listing("q="))

    assert (before.status, failed.status, after.status) == (200, 500, 200)
    assert before.body == after.body


def test_bug_during_a_page_aborts_the_connection(
    monkeypatch: pytest.MonkeyPatch, lines: pytest.LogCaptureFixture
) -> None:
    """A bug during a long page is raised to the server, which aborts the connection; it is logged."""
    app = create_app(Settings(logs=1100))

    async def fail(*_: object) -> None:
        raise BugError

    monkeypatch.setattr("auditmock.handlers.messages.response.sleep", fail)

    with pytest.raises(BugError):
        send_request(app, listing("q=&limit=2000"))
    assert [line.split(" ")[:2] for line in lines.messages] == [["200", "GET"]]
