"""GET /api/v2/audit: lists on the wire."""

import json

import pytest
from asgi_requests import Response, listing, send_request, send_requests, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.settings import Settings

MAX_LIMIT = 2147483647
LOGS = 10_000
RESOURCE = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"


def test_documented_example_works(shared_app: App) -> None:
    """The documented `q=string` gets a 200, has no effect and gives a hint."""
    sample, all_logs = send_requests(shared_app, [listing("q=string"), listing("q=")])

    assert (sample.status, sample.body) == (200, all_logs.body)
    assert str(sample.header("x-mock-hint")).startswith('Unknown resource_type "string" is ignored.')


@pytest.mark.parametrize("query", ["q=&limit=3", "q=&limit=0", "q=resource_id:" + RESOURCE, "q=x:y:z", ""])
def test_json_is_compact(shared_app: App, query: str) -> None:
    """Bodies have no spaces between tokens and no unnecessary escapes."""
    response = send_request(shared_app, listing(query))

    compact = json.dumps(response.json(), separators=(",", ":"), ensure_ascii=False)
    assert response.body.decode() == compact


@pytest.mark.parametrize("query", ["q=", "q=&limit=2147483647", "q=&limit=x"])
def test_list_has_its_headers(shared_app: App, query: str) -> None:
    """A list has its media type, length or chunks, and the build version."""
    response = send_request(shared_app, listing(query))

    assert response.header("content-type") == "application/json; charset=utf-8"
    assert response.header("content-length") in {None, str(len(response.body))}
    assert response.header("x-coder-build-version") == "v0.14.3+documented"


def test_request_ids_are_unique(shared_app: App) -> None:
    """No two responses have the same request id."""
    responses = send_requests(shared_app, [listing(query) for query in ("q=", "q=", "q=&limit=x", "")])

    assert len({response.header("x-coder-request-id") for response in responses}) == 4


@pytest.mark.parametrize("query", ["q=", "q=&limit=0", "q=&limit=000"])
def test_default_limit_is_100(shared_app: App, query: str) -> None:
    """Without a limit, or with 0, a page has 100 logs."""
    one, other = send_requests(shared_app, [listing(query), listing("q=&limit=100")])

    assert one.body == other.body
    assert len(one.json()["audit_logs"]) == 100


def test_long_list_equals_its_pages() -> None:
    """The largest limit returns all logs, chunked, equal to the concatenated pages."""
    app = create_app(Settings(logs=LOGS))
    pages = [listing(f"q=&limit=1000&offset={offset}") for offset in range(0, LOGS, 1000)]
    long_list, *parts = send_requests(app, [listing(f"q=&limit={MAX_LIMIT}"), *pages])

    assert long_list.header("content-length") is None
    assert long_list.json() == {
        "audit_logs": [log for part in parts for log in part.json()["audit_logs"]],
        "count": LOGS,
    }


def test_page_past_the_end_is_empty(shared_app: App) -> None:
    """Past the last log the page is empty and `count` is unchanged."""
    response = send_request(shared_app, listing(f"q=&offset={MAX_LIMIT}"))

    assert response.body == b'{"audit_logs":[],"count":400}'


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
def test_date_filters_include_whole_days(app: App, time: str, search: str, count: int) -> None:
    """A date filter includes the first and last microsecond of its day and excludes other days."""
    log = writing({"resource_id": RESOURCE, "time": time})
    _, response = send_requests(app, [log, listing(f"q=resource_id:{RESOURCE}+{search}&limit=0")])

    assert response.json()["count"] == count


def test_percent_encodings_are_equal(shared_app: App) -> None:
    """Differently encoded queries are the same search."""
    spellings = ["action:write+user", "action%3Awrite%20user", "%61ction:%77rite%20%75ser"]
    responses: list[Response] = send_requests(shared_app, [listing(f"q={each}") for each in spellings])

    assert len({response.body for response in responses}) == 1
    assert 0 < responses[0].json()["count"] < 400
