"""The access line, and what happens when the mock itself fails."""

import json
import logging
from collections.abc import Iterator

import pytest
from asgi_requests import LIST, OWNER, Call, ask, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.fixtures.store.store import Store
from auditmock.server.log_setup import JsonLines, TextLines
from auditmock.settings import Settings

ODD_ACCEPT = "application/json;q=0.5"
"""Sends a good request past the lane."""


class Broken(Exception):  # noqa: N818 - the name says it
    """What a mistake of ours raises."""


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Record what is logged."""
    caplog.set_level(logging.INFO, "auditmock")
    return caplog


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the store."""

    def fail(*_: object) -> None:
        raise Broken

    monkeypatch.setattr(Store, "find", fail)
    monkeypatch.setattr(Store, "add", fail)


def failures(lines: pytest.LogCaptureFixture) -> Iterator[logging.LogRecord]:
    """Pick the records of mistakes."""
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
def test_a_request_is_a_line(app: App, lines: pytest.LogCaptureFixture, call: Call, start: str) -> None:
    """Whoever answers, there is one line with status, method, target and time."""
    ask(app, call)

    (line,) = lines.messages
    assert line.startswith(start)
    assert float(line.removeprefix(start).removesuffix(" ms")) >= 0


@pytest.mark.parametrize(
    "name", ["coder_session_token", "coder%5Fsession%5Ftoken", "%63oder_session_toke%6E"]
)
def test_a_token_does_not_show(app: App, lines: pytest.LogCaptureFixture, name: str) -> None:
    """The token in a query, however its name is written, is left out of the line; the rest stays."""
    answer = ask(app, listing(f"q=a&{name}={OWNER}&limit=1", ""))

    (line,) = lines.messages
    assert answer.status == 200
    assert OWNER not in line
    assert f"{LIST}?q=a&{name}=...&limit=1 " in line


def test_a_line_is_one_line_of_plain_text(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """Bytes that would steer a terminal stand in the line as escapes."""
    ask(shared_app, listing("")._replace(query=b"q=\x9b31m\x85\x07 \xff"))

    assert f"{LIST}?q=%9B31m%85%07%20%FF " in lines.messages[0]


def test_a_hint_ends_the_line(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """What search ignored is in the line as it is in the header."""
    answer = ask(shared_app, listing("q=resourcetype:user"))

    hint = 'Unknown search key "resourcetype" is ignored. Did you mean "resource_type"?'
    assert answer.header("x-mock-hint") == hint
    assert lines.messages[0].endswith(" ms  " + hint)


def test_a_line_as_an_object(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """As JSON a line has its parts by name."""
    ask(shared_app, listing("q=x&limit=1"))
    line = json.loads(JsonLines().format(lines.records[0]))

    assert list(line) == ["time", "level", "method", "target", "status", "milliseconds", "hint"]
    assert (line["method"], line["target"], line["status"]) == ("GET", f"{LIST}?q=x&limit=1", 200)


def test_a_line_for_people(shared_app: App, lines: pytest.LogCaptureFixture) -> None:
    """As text a line begins with the time of day and has no level."""
    ask(shared_app, listing("q="))
    clock, line = TextLines().format(lines.records[0]).split(" ", 1)

    assert len(clock.split(":")) == 3
    assert line == lines.messages[0]


def test_above_info_there_are_no_lines(shared_app: App, caplog: pytest.LogCaptureFixture) -> None:
    """At a higher level nothing is written for a request."""
    caplog.set_level(logging.WARNING, "auditmock")
    ask(shared_app, listing("q="))

    assert caplog.records == []


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    "call",
    [listing("q="), writing({}), listing("q=", accept=ODD_ACCEPT), writing({}, accept=ODD_ACCEPT)],
    ids=["GET by lane", "POST by lane", "GET by Connexion", "POST by Connexion"],
)
def test_a_mistake_of_ours_is_500(app: App, lines: pytest.LogCaptureFixture, call: Call) -> None:
    """It is answered in the envelope, without a word of its cause, and logged once with it."""
    answer = ask(app, call)

    (failure,) = failures(lines)
    assert (answer.status, answer.json()) == (500, {"message": "An internal server error occurred."})
    assert answer.header("x-coder-build-version") == "v0.14.3+documented"
    assert failure.exc_info is not None
    assert failure.exc_info[0] is Broken
    assert lines.messages[-1].startswith(f"500 {call.method} {call.path}")


def test_the_mock_goes_on_after_a_mistake(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request behind a failed one is answered as ever."""
    before = ask(app, listing("q="))
    with monkeypatch.context() as patch:
        patch.setattr(Store, "find", None)
        failed = ask(app, listing("q="))
    after = ask(app, listing("q="))

    assert (before.status, failed.status, after.status) == (200, 500, 200)
    assert before.body == after.body


def test_a_page_that_breaks_off_is_not_ended_well(
    monkeypatch: pytest.MonkeyPatch, lines: pytest.LogCaptureFixture
) -> None:
    """A mistake amid a long page reaches the server, which cuts the connection; a line is left."""
    app = create_app(Settings(logs=1100))

    async def cut(*_: object) -> None:
        raise Broken

    monkeypatch.setattr("auditmock.handlers.messages.response.sleep", cut)

    with pytest.raises(Broken):
        ask(app, listing("q=&limit=2000"))
    assert [line.split(" ")[:2] for line in lines.messages] == [["200", "GET"]]
