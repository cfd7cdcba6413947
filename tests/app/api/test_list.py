"""GET /api/v2/audit: what a list looks like on the wire."""

import json

import pytest
from asgi_requests import Answer, ask, drive, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.settings import Settings

WHOLE = 2147483647
LOGS = 10_000
RESOURCE = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"


def test_the_published_sample_is_answered(shared_app: App) -> None:
    """The page's own `q=string` is 200, filters nothing and says so."""
    sample, everything = drive(shared_app, [listing("q=string"), listing("q=")])

    assert (sample.status, sample.body) == (200, everything.body)
    assert str(sample.header("x-mock-hint")).startswith('Unknown resource_type "string" is ignored.')


@pytest.mark.parametrize("query", ["q=&limit=3", "q=&limit=0", "q=resource_id:" + RESOURCE, "q=x:y:z", ""])
def test_json_is_compact(shared_app: App, query: str) -> None:
    """No byte of a body is a space between its parts, and no letter is escaped without need."""
    answer = ask(shared_app, listing(query))

    compact = json.dumps(answer.json(), separators=(",", ":"), ensure_ascii=False)
    assert answer.body.decode() == compact


@pytest.mark.parametrize("query", ["q=", "q=&limit=2147483647", "q=&limit=x"])
def test_a_list_says_what_it_is(shared_app: App, query: str) -> None:
    """Type, length or pieces, and build version are in the headers."""
    answer = ask(shared_app, listing(query))

    assert answer.header("content-type") == "application/json; charset=utf-8"
    assert answer.header("content-length") in {None, str(len(answer.body))}
    assert answer.header("x-coder-build-version") == "v0.14.3+documented"


def test_each_answer_has_an_id_of_its_own(shared_app: App) -> None:
    """No two answers share their request id, whichever way they were made."""
    answers = drive(shared_app, [listing(query) for query in ("q=", "q=", "q=&limit=x", "")])

    assert len({answer.header("x-coder-request-id") for answer in answers}) == 4


@pytest.mark.parametrize("query", ["q=", "q=&limit=0", "q=&limit=000"])
def test_a_page_has_a_hundred_logs(shared_app: App, query: str) -> None:
    """Without a limit, or with 0, a page is that of `limit=100`."""
    one, other = drive(shared_app, [listing(query), listing("q=&limit=100")])

    assert one.body == other.body
    assert len(one.json()["audit_logs"]) == 100


def test_the_whole_list_is_its_pages() -> None:
    """The largest limit shows all logs, in pieces, and they are those of the pages one after another."""
    app = create_app(Settings(logs=LOGS))
    pages = [listing(f"q=&limit=1000&offset={offset}") for offset in range(0, LOGS, 1000)]
    whole, *parts = drive(app, [listing(f"q=&limit={WHOLE}"), *pages])

    assert whole.header("content-length") is None
    assert whole.json() == {
        "audit_logs": [log for part in parts for log in part.json()["audit_logs"]],
        "count": LOGS,
    }


def test_behind_the_end_there_is_nothing(shared_app: App) -> None:
    """Past the last log the page is empty and the count is still all."""
    answer = ask(shared_app, listing(f"q=&offset={WHOLE}"))

    assert answer.body == b'{"audit_logs":[],"count":400}'


@pytest.mark.parametrize(
    ("time", "search", "count"),
    [
        ("2025-03-01T23:59:59.999999Z", "date_to:2025-03-01", 1),
        ("2025-03-02T00:00:00Z", "date_to:2025-03-01", 0),
        ("2025-03-01T00:00:00Z", "date_from:2025-03-01", 1),
        ("2025-02-28T23:59:59.999999Z", "date_from:2025-03-01", 0),
        ("9999-12-31T23:59:59.999999Z", "date_to:9999-12-31", 1),
        ("0001-01-01T00:00:00.000001Z", "date_from:0001-01-01", 1),
    ],
)
def test_days_are_whole(app: App, time: str, search: str, count: int) -> None:
    """A day of a search has its first and its last microsecond, and none of its neighbours'."""
    log = writing({"resource_id": RESOURCE, "time": time})
    _, answer = drive(app, [log, listing(f"q=resource_id:{RESOURCE}+{search}&limit=0")])

    assert answer.json()["count"] == count


def test_a_plus_is_a_space_and_an_escape_its_character(shared_app: App) -> None:
    """However a query is percent-encoded, it is the same search."""
    spellings = ["action:write+user", "action%3Awrite%20user", "%61ction:%77rite%20%75ser"]
    answers: list[Answer] = drive(shared_app, [listing(f"q={each}") for each in spellings])

    assert len({answer.body for answer in answers}) == 1
    assert 0 < answers[0].json()["count"] < 400
