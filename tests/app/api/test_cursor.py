"""`after_id`: paging while logs are written."""

from itertools import cycle
from typing import Any

import pytest
from asgi_requests import listing, send_request, send_requests, writing

from auditmock.core.asgi_types import App

Log = dict[str, Any]
TIMES = ["2031-01-01T00:00:00Z", "2025-12-31T23:00:00Z", "2024-06-01T00:00:00Z", "0001-01-02T00:00:00Z"]
"""Times after the history, within it, and before it."""

SEARCHES: list[Log] = [{}, {"action": "write"}, {"resource_type": "workspace_build", "action": "start"}]
"""Searches to page through, and the fields of logs written meanwhile."""


def ids_of(app: App, query: str) -> list[str]:
    """Return the ids of a page."""
    return [log["id"] for log in send_request(app, listing(query)).json()["audit_logs"]]


def page_through(app: App, query: str, fields: Log) -> list[str]:
    """Page to the end and write a log before each page, with recent and old times in turn."""
    seen = ids_of(app, query)
    times = cycle(TIMES)
    for _ in range(send_request(app, listing(query)).json()["count"]):
        statuses = [
            response.status for response in send_requests(app, [writing({**fields, "time": next(times)})])
        ]
        assert statuses == [204]
        page = ids_of(app, f"{query}&after_id={seen[-1]}")
        if not page:
            break
        seen += page
    return seen


@pytest.mark.parametrize("fields", SEARCHES, ids=str)
@pytest.mark.parametrize("limit", [1, 7, 30])
def test_paging_returns_every_older_log_once(app: App, fields: Log, limit: int) -> None:
    """While logs are written, paging neither repeats nor skips an older log."""
    search = "+".join(f"{key}:{value}" for key, value in fields.items())
    old = ids_of(app, f"q={search}&limit=1000")
    seen = page_through(app, f"q={search}&limit={limit}", fields)

    assert len(old) > 10
    assert [log_id for log_id in seen if log_id in old] == old
    assert len(set(seen)) == len(seen) > len(old)


def test_count_ignores_the_cursor(shared_app: App) -> None:
    """With a cursor, `count` is still the number of all matches."""
    first = ids_of(shared_app, "q=&limit=1")[0]

    assert send_request(shared_app, listing(f"q=&after_id={first}")).json()["count"] == 400


def test_new_log_works_as_cursor(app: App) -> None:
    """After the newest log comes the list from before it."""
    before = ids_of(app, "q=")
    send_request(app, writing({}))
    (newest,) = ids_of(app, "q=&limit=1")

    assert newest not in before
    assert ids_of(app, f"q=&after_id={newest}") == before
