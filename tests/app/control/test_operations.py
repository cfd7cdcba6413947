"""The control API: each operation does what its document says, twice alike, and refuses what is wrong."""

import json
from typing import Any

import pytest
from asgi_requests import OWNER, Answer, Call, ask, listing, writing
from openapi_spec_validator import OpenAPIV30SpecValidator

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.core.timestamps import parse_timestamp
from auditmock.server.control_app import load_control_document
from auditmock.settings import Settings

HOST = ((b"host", b"localhost"),)
SHARED = "0" * 22
WORLD = "myTest0000000000000042"
TOKEN = f"Owner00000-{WORLD}"
NOW = parse_timestamp("2026-02-03T04:05:06Z")
CONTROL = load_control_document()


@pytest.fixture
def app() -> App:
    """Give a mock whose clock stands still."""
    return create_app(Settings(logs=100), lambda: NOW)


def control(app: App, method: str, path: str, body: Any = None, query: str = "") -> Answer:
    """Call the control API."""
    headers: tuple[tuple[bytes, bytes], ...] = HOST
    text = b""
    if body is not None:
        headers, text = (*HOST, (b"content-type", b"application/json")), json.dumps(body).encode()
    return ask(app, Call(method, f"/_mock{path}", query.encode(), headers, (text,)))


def count(app: App, q: str = "", token: str = TOKEN) -> int:
    """Count the logs that a search finds."""
    number: int = ask(app, listing(f"q={q}&limit=1", token)).json()["count"]
    return number


def test_the_document_is_openapi() -> None:
    """The document of the control API is valid."""
    assert not list(OpenAPIV30SpecValidator(dict(CONTROL.document)).iter_errors())


def test_every_operation_lists_its_errors() -> None:
    """Each operation lists 400, 403, 405 and 406."""
    for methods in CONTROL.document["paths"].values():
        for operation in (each for name, each in methods.items() if name != "parameters"):
            assert {"400", "403", "405", "406"} <= operation["responses"].keys()


def test_health(app: App) -> None:
    """It tells what it is."""
    told = control(app, "GET", "/health").json()

    assert told["status"] == "ok"
    assert (told["release"], told["logs"], told["worlds"], told["requests"]) == ("documented", 100, 1, 0)


def test_worlds_are_listed(app: App) -> None:
    """The shared world goes first; a world's token opens it, and posts are counted."""
    ask(app, writing({}, TOKEN))
    shared, own = control(app, "GET", "/worlds").json()

    assert (shared["name"], shared["token"]) == (SHARED, OWNER)
    assert (own["name"], own["token"], own["logs"], own["posted"]) == (WORLD, TOKEN, 101, 1)


def test_a_world_is_opened(app: App) -> None:
    """A PUT opens a world, and another one changes nothing."""
    first, second = (control(app, "PUT", f"/worlds/{WORLD}", {}) for _ in range(2))

    assert first.json() == second.json() == control(app, "GET", f"/worlds/{WORLD}").json()


def test_scenarios_are_listed(app: App) -> None:
    """Each scenario has a token that opens a world of it, with as many logs as it says."""
    listed = {each["name"]: each for each in control(app, "GET", "/scenarios").json()}

    empty = listed["empty"]
    assert "default" in listed
    assert (empty["logs"], count(app, token=empty["token"])) == (0, 0)


def test_another_scenario_is_put_into_a_world(app: App) -> None:
    """A world is given another scenario, once; its token sees that, and a reset gives it back its own."""
    told = [control(app, "PUT", f"/worlds/{WORLD}", {"scenario": "empty"}).json() for _ in range(2)]
    counts = [count(app)]
    control(app, "DELETE", f"/worlds/{WORLD}")

    assert told[0] == told[1]
    assert (told[0]["scenario"], [*counts, count(app)]) == ("empty", [0, 100])


def test_a_world_of_a_scenario_has_its_token(app: App) -> None:
    """A world that was opened by the token of a scenario is named by it, and its token is told."""
    token = control(app, "GET", "/scenarios").json()[0]["token"].partition("-")[0] + f"-{WORLD}"
    ask(app, listing("q=", token))

    assert token in {world["token"] for world in control(app, "GET", "/worlds").json()}


def test_a_world_begins_anew(app: App) -> None:
    """A DELETE forgets what was posted in one world and leaves the others alone, however often it is sent."""
    ask(app, writing({}, TOKEN))
    ask(app, writing({}))
    statuses = {control(app, "DELETE", f"/worlds/{WORLD}").status for _ in range(2)}

    assert (statuses, count(app), count(app, token=OWNER)) == ({204}, 100, 101)


def test_everything_begins_anew(app: App) -> None:
    """A reset forgets worlds, clocks and the request_log."""
    ask(app, writing({}))
    control(app, "PUT", f"/worlds/{WORLD}/clock", {"frozen": True})
    control(app, "POST", "/reset")

    told = control(app, "GET", "/health").json()
    assert (told["worlds"], told["requests"], count(app, token=OWNER)) == (1, 0, 100)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"now": "2030-01-01T00:00:00Z"}, {"now": "2030-01-01T00:00:00Z", "frozen": False, "real": False}),
        ({"frozen": True}, {"now": "2026-02-03T04:05:06Z", "frozen": True, "real": False}),
        ({}, {"now": "2026-02-03T04:05:06Z", "frozen": False, "real": True}),
    ],
)
def test_a_clock_is_set(app: App, body: Any, told: Any) -> None:
    """A clock is set and frozen; the answer says what it shows, and so does the next look at it."""
    assert control(app, "PUT", f"/worlds/{WORLD}/clock", body).json() == told
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json() == told


def test_a_clock_moves_on_and_is_released(app: App) -> None:
    """A clock is moved by seconds, and given back."""
    moved = control(app, "POST", f"/worlds/{WORLD}/clock/advance", {"seconds": 1.5}).json()
    released = control(app, "DELETE", f"/worlds/{WORLD}/clock").status

    assert (moved["now"], released) == ("2026-02-03T04:05:07.5Z", 204)
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json()["real"]


def test_a_clock_stays_in_the_years_there_are(app: App) -> None:
    """A clock that would leave the calendar is refused with 409, and stays."""
    control(app, "PUT", f"/worlds/{WORLD}/clock", {"now": "8999-12-31T00:00:00Z", "frozen": True})
    answer = control(app, "POST", f"/worlds/{WORLD}/clock/advance", {"seconds": 86_401})

    assert answer.status == 409
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json()["now"] == "8999-12-31T00:00:00Z"


def test_logs_are_inserted(app: App) -> None:
    """Complete logs are part of the next list; those there already, to the letter, are left alone."""
    log = ask(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]
    new = {**log, "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197", "resource_target": "inserted"}
    answers = [control(app, "POST", f"/worlds/{WORLD}/logs", [new, log]).json() for _ in range(2)]

    assert answers == [{"inserted": 1, "known": 1}, {"inserted": 0, "known": 2}]
    assert (count(app, "resource_target:inserted"), count(app, token=OWNER)) == (1, 100)


def test_all_logs_are_inserted_or_none(app: App) -> None:
    """One log that is none keeps all out, and its place and fault are named."""
    log = ask(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]
    new = {**log, "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"}
    answer = control(app, "POST", f"/worlds/{WORLD}/logs", [new, {**log, "action": "bogus"}])

    (problem,) = answer.json()["validations"]
    assert (answer.status, problem["field"], count(app)) == (409, "1", 100)
    assert problem["detail"].startswith('action: "bogus" is not one of')


def test_another_log_of_the_same_id(app: App) -> None:
    """A log whose id another one has is refused with 409."""
    log = ask(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]

    assert control(app, "POST", f"/worlds/{SHARED}/logs", [{**log, "ip": "10.9.8.7"}]).status == 409


@pytest.mark.parametrize("bins", [1, 7, 400])
@pytest.mark.parametrize("q", ["", "resource_type:workspace", "action:delete"])
def test_a_histogram_counts_every_match(app: App, q: str, bins: int) -> None:
    """The bins of each action add up to what a search for it finds, posts included."""
    ask(app, writing({"action": "delete", "resource_type": "workspace"}, TOKEN))
    told = control(app, "GET", f"/worlds/{WORLD}/histogram", query=f"q={q}&bins={bins}").json()

    assert len(told["starts"]) == bins + 1
    assert told["starts"] == sorted(told["starts"])
    assert sum(map(sum, told["actions"].values())) == count(app, q)
    assert sum(told["actions"]["delete"]) == count(app, f"{q}+action:delete")


def test_a_histogram_of_all_time(app: App) -> None:
    """Logs of the first and the last year there is are counted as well."""
    control(app, "PUT", f"/worlds/{WORLD}", {"scenario": "hostile"})
    told = control(app, "GET", f"/worlds/{WORLD}/histogram").json()

    assert told["starts"][-1][:4] == "9999"
    assert sum(map(sum, told["actions"].values())) == count(app)


def test_an_empty_histogram(app: App) -> None:
    """Where nothing matches there is nothing to show."""
    control(app, "PUT", f"/worlds/{WORLD}", {})
    told = control(app, "GET", f"/worlds/{WORLD}/histogram", query="q=username:nobody").json()

    assert told == {"starts": [], "actions": {}}


REFUSED = [
    ("GET", "/worlds/short", None, "", 400, "world"),
    ("GET", f"/worlds/{WORLD}", None, "", 404, ""),
    ("PUT", f"/worlds/nowhere@{WORLD}", {}, "", 404, ""),
    ("PUT", f"/worlds/{WORLD}", {"scenario": "nowhere"}, "", 404, ""),
    ("PUT", f"/worlds/{WORLD}", {"scenarios": "x"}, "", 400, "scenarios"),
    ("PUT", f"/worlds/{WORLD}", [], "", 400, None),
    ("PUT", f"/worlds/{WORLD}/clock", {"frozen": "yes"}, "", 400, "frozen"),
    ("PUT", f"/worlds/{WORLD}/clock", {"now": "tomorrow"}, "", 400, "now"),
    ("POST", f"/worlds/{WORLD}/clock/advance", {}, "", 400, "seconds"),
    ("POST", f"/worlds/{WORLD}/clock/advance", {"seconds": -1}, "", 400, "seconds"),
    ("PUT", f"/worlds/{WORLD}/faults", [{"kind": "loud"}], "", 400, "0.kind"),
    ("PUT", f"/worlds/{WORLD}/faults", [{"kind": "reset", "tims": 1}], "", 400, "0.tims"),
    ("POST", f"/worlds/{WORLD}/logs", [], "", 400, "body"),
    ("GET", f"/worlds/{SHARED}/histogram", None, "bins=0", 400, "bins"),
    ("GET", f"/worlds/{SHARED}/histogram", None, "q=a:b:c", 409, "q"),
    ("GET", "/requests", None, "page=2", 400, "page"),
    ("GET", "/requests/x", None, "", 400, "id"),
    ("GET", "/requests/0", None, "", 400, "id"),
    ("GET", "/health", None, "verbose=1", 400, "verbose"),
    ("POST", "/health", None, "", 405, ""),
    ("GET", "/requests/verify", None, "", 405, ""),
    ("GET", "/worlds/a/b", None, "", 404, ""),
]


@pytest.mark.parametrize(("method", "path", "body", "query", "status", "field"), REFUSED)
def test_what_is_wrong_is_refused(  # noqa: PLR0913, PLR0917 - a row of the table
    app: App, method: str, path: str, body: Any, query: str, status: int, field: str | None
) -> None:
    """A mistake is refused in the envelope, with the parameter or field that is at fault."""
    answer = control(app, method, path, body, query)
    told = answer.json()

    assert answer.status == status
    assert [each["field"] for each in told.get("validations", ())] == ([field] if field else [])


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_document_is_served(app: App, form: str) -> None:
    """The document is there as written, and as JSON."""
    answer = control(app, "GET", f"/openapi.{form}")

    assert answer.status == 200
    assert answer.body.decode() == CONTROL.text if form == "yaml" else answer.json() == CONTROL.document
