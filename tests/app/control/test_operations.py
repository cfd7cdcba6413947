"""Operations of the control API: effects, idempotence and errors."""

import json
from typing import Any

import pytest
from asgi_requests import OWNER, Call, Response, listing, send_request, writing
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
    """Make a mock with a frozen clock."""
    return create_app(Settings(logs=100), lambda: NOW)


def control(app: App, method: str, path: str, body: Any = None, query: str = "") -> Response:
    """Call the control API."""
    headers: tuple[tuple[bytes, bytes], ...] = HOST
    text = b""
    if body is not None:
        headers, text = (*HOST, (b"content-type", b"application/json")), json.dumps(body).encode()
    return send_request(app, Call(method, f"/_mock{path}", query.encode(), headers, (text,)))


def count_logs(app: App, q: str = "", token: str = TOKEN) -> int:
    """Count the logs that a search finds."""
    number: int = send_request(app, listing(f"q={q}&limit=1", token)).json()["count"]
    return number


def test_document_is_valid_openapi() -> None:
    """The control API's document is valid."""
    assert not list(OpenAPIV30SpecValidator(dict(CONTROL.document)).iter_errors())


def test_every_operation_lists_its_errors() -> None:
    """Each operation lists 400, 403, 405 and 406."""
    for methods in CONTROL.document["paths"].values():
        for operation in (each for name, each in methods.items() if name != "parameters"):
            assert {"400", "403", "405", "406"} <= operation["responses"].keys()


def test_health_describes_the_server(app: App) -> None:
    """Health has release, logs, worlds and requests."""
    result = control(app, "GET", "/health").json()

    assert result["status"] == "ok"
    assert (result["release"], result["logs"], result["worlds"], result["requests"]) == (
        "documented",
        100,
        1,
        0,
    )


def test_worlds_are_listed(app: App) -> None:
    """The shared world is first; each world has its token and number of posts."""
    send_request(app, writing({}, TOKEN))
    shared, own = control(app, "GET", "/worlds").json()

    assert (shared["name"], shared["token"]) == (SHARED, OWNER)
    assert (own["name"], own["token"], own["logs"], own["posted"]) == (WORLD, TOKEN, 101, 1)


def test_put_opens_a_world(app: App) -> None:
    """A PUT opens a world; a second one changes nothing."""
    first, second = (control(app, "PUT", f"/worlds/{WORLD}", {}) for _ in range(2))

    assert first.json() == second.json() == control(app, "GET", f"/worlds/{WORLD}").json()


def test_scenarios_are_listed(app: App) -> None:
    """Each scenario has its token and number of logs."""
    listed = {each["name"]: each for each in control(app, "GET", "/scenarios").json()}

    empty = listed["empty"]
    assert "default" in listed
    assert (empty["logs"], count_logs(app, token=empty["token"])) == (0, 0)


def test_put_changes_the_scenario(app: App) -> None:
    """A PUT replaces the scenario of a world; a reset restores its own."""
    result = [control(app, "PUT", f"/worlds/{WORLD}", {"scenario": "empty"}).json() for _ in range(2)]
    counts = [count_logs(app)]
    control(app, "DELETE", f"/worlds/{WORLD}")

    assert result[0] == result[1]
    assert (result[0]["scenario"], [*counts, count_logs(app)]) == ("empty", [0, 100])


def test_world_of_a_scenario_has_its_token(app: App) -> None:
    """A world that a scenario's token opened is listed with that token."""
    token = control(app, "GET", "/scenarios").json()[0]["token"].partition("-")[0] + f"-{WORLD}"
    send_request(app, listing("q=", token))

    assert token in {world["token"] for world in control(app, "GET", "/worlds").json()}


def test_delete_resets_a_world(app: App) -> None:
    """A DELETE removes the posts of one world and no other, any number of times."""
    send_request(app, writing({}, TOKEN))
    send_request(app, writing({}))
    statuses = {control(app, "DELETE", f"/worlds/{WORLD}").status for _ in range(2)}

    assert (statuses, count_logs(app), count_logs(app, token=OWNER)) == ({204}, 100, 101)


def test_reset_clears_everything(app: App) -> None:
    """A reset clears worlds, clocks and the request log."""
    send_request(app, writing({}))
    control(app, "PUT", f"/worlds/{WORLD}/clock", {"frozen": True})
    control(app, "POST", "/reset")

    result = control(app, "GET", "/health").json()
    assert (result["worlds"], result["requests"], count_logs(app, token=OWNER)) == (1, 0, 100)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"now": "2030-01-01T00:00:00Z"}, {"now": "2030-01-01T00:00:00Z", "frozen": False, "real": False}),
        ({"frozen": True}, {"now": "2026-02-03T04:05:06Z", "frozen": True, "real": False}),
        ({}, {"now": "2026-02-03T04:05:06Z", "frozen": False, "real": True}),
    ],
)
def test_clock_is_set(app: App, body: Any, result: Any) -> None:
    """A clock is set and frozen; the response and the next GET show it."""
    assert control(app, "PUT", f"/worlds/{WORLD}/clock", body).json() == result
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json() == result


def test_clock_is_advanced_and_released(app: App) -> None:
    """A clock is advanced by seconds and then released."""
    advanced = control(app, "POST", f"/worlds/{WORLD}/clock/advance", {"seconds": 1.5}).json()
    released = control(app, "DELETE", f"/worlds/{WORLD}/clock").status

    assert (advanced["now"], released) == ("2026-02-03T04:05:07.5Z", 204)
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json()["real"]


def test_clock_beyond_the_calendar_is_rejected(app: App) -> None:
    """A clock that would leave the calendar gets a 409 and is unchanged."""
    control(app, "PUT", f"/worlds/{WORLD}/clock", {"now": "8999-12-31T00:00:00Z", "frozen": True})
    response = control(app, "POST", f"/worlds/{WORLD}/clock/advance", {"seconds": 86_401})

    assert response.status == 409
    assert control(app, "GET", f"/worlds/{WORLD}/clock").json()["now"] == "8999-12-31T00:00:00Z"


def test_logs_are_inserted(app: App) -> None:
    """Complete logs are in the next list; known ones are not inserted again."""
    log = send_request(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]
    new = {**log, "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197", "resource_target": "inserted"}
    results = [control(app, "POST", f"/worlds/{WORLD}/logs", [new, log]).json() for _ in range(2)]

    assert results == [{"inserted": 1, "known": 1}, {"inserted": 0, "known": 2}]
    assert (count_logs(app, "resource_target:inserted"), count_logs(app, token=OWNER)) == (1, 100)


def test_insertion_is_atomic(app: App) -> None:
    """One invalid log rejects all, with its position and problem."""
    log = send_request(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]
    new = {**log, "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"}
    response = control(app, "POST", f"/worlds/{WORLD}/logs", [new, {**log, "action": "bogus"}])

    (problem,) = response.json()["validations"]
    assert (response.status, problem["field"], count_logs(app)) == (409, "1", 100)
    assert problem["detail"].startswith('action: "bogus" is not one of')


def test_insertion_of_a_used_id_is_rejected(app: App) -> None:
    """A different log with a used id gets a 409."""
    log = send_request(app, listing("q=&limit=1", OWNER)).json()["audit_logs"][0]

    assert control(app, "POST", f"/worlds/{SHARED}/logs", [{**log, "ip": "10.9.8.7"}]).status == 409


@pytest.mark.parametrize("bins", [1, 7, 400])
@pytest.mark.parametrize("q", ["", "resource_type:workspace", "action:delete"])
def test_histogram_counts_every_match(app: App, q: str, bins: int) -> None:
    """The bins of each action sum to the matches of a search for it, including posts."""
    send_request(app, writing({"action": "delete", "resource_type": "workspace"}, TOKEN))
    result = control(app, "GET", f"/worlds/{WORLD}/histogram", query=f"q={q}&bins={bins}").json()

    assert len(result["starts"]) == bins + 1
    assert result["starts"] == sorted(result["starts"])
    assert sum(map(sum, result["actions"].values())) == count_logs(app, q)
    assert sum(result["actions"]["delete"]) == count_logs(app, f"{q}+action:delete")


def test_histogram_covers_all_years(app: App) -> None:
    """Logs of the first and the last year are counted."""
    control(app, "PUT", f"/worlds/{WORLD}", {"scenario": "hostile"})
    result = control(app, "GET", f"/worlds/{WORLD}/histogram").json()

    assert result["starts"][-1][:4] == "9999"
    assert sum(map(sum, result["actions"].values())) == count_logs(app)


def test_histogram_without_matches_is_empty(app: App) -> None:
    """A histogram without matches is empty."""
    control(app, "PUT", f"/worlds/{WORLD}", {})
    result = control(app, "GET", f"/worlds/{WORLD}/histogram", query="q=username:nobody").json()

    assert result == {"starts": [], "actions": {}}


REJECTED = [
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


@pytest.mark.parametrize(("method", "path", "body", "query", "status", "field"), REJECTED)
def test_invalid_request_is_rejected(  # noqa: PLR0913, PLR0917 - a row of the table
    app: App, method: str, path: str, body: Any, query: str, status: int, field: str | None
) -> None:
    """An invalid request gets the envelope with the invalid parameter or field."""
    response = control(app, method, path, body, query)
    result = response.json()

    assert response.status == status
    assert [each["field"] for each in result.get("validations", ())] == ([field] if field else [])


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_document_is_served(app: App, form: str) -> None:
    """The document is served as YAML and as JSON."""
    response = control(app, "GET", f"/openapi.{form}")

    assert response.status == 200
    assert response.body.decode() == CONTROL.text if form == "yaml" else response.json() == CONTROL.document
