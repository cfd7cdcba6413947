"""`after_id` over HTTP: walks that go on while logs are written."""

from itertools import cycle
from typing import Any

import pytest
from asgi_requests import ask, drive, listing, writing

from auditmock.core.asgi_types import App

Log = dict[str, Any]
TIMES = ["2031-01-01T00:00:00Z", "2025-12-31T23:00:00Z", "2024-06-01T00:00:00Z", "0001-01-02T00:00:00Z"]
"""Newer than the history, within it, and older."""

SEARCHES: list[Log] = [{}, {"action": "write"}, {"resource_type": "workspace_build", "action": "start"}]
"""What is walked through, and what is written meanwhile."""


def ids_of(app: App, query: str) -> list[str]:
    """List the ids of a page."""
    return [log["id"] for log in ask(app, listing(query)).json()["audit_logs"]]


def walk(app: App, query: str, fields: Log) -> list[str]:
    """Walk page by page to the end, a log written before each next page, now and long ago by turns."""
    met = ids_of(app, query)
    times = cycle(TIMES)
    for _ in range(ask(app, listing(query)).json()["count"]):
        statuses = [answer.status for answer in drive(app, [writing({**fields, "time": next(times)})])]
        assert statuses == [204]
        page = ids_of(app, f"{query}&after_id={met[-1]}")
        if not page:
            break
        met += page
    return met


@pytest.mark.parametrize("fields", SEARCHES, ids=str)
@pytest.mark.parametrize("limit", [1, 7, 30])
def test_a_walk_meets_every_older_log_once(app: App, fields: Log, limit: int) -> None:
    """While logs of any time are written between its pages, a walk neither repeats nor skips an older log."""
    search = "+".join(f"{key}:{value}" for key, value in fields.items())
    old = ids_of(app, f"q={search}&limit=1000")
    met = walk(app, f"q={search}&limit={limit}", fields)

    assert len(old) > 10
    assert [log_id for log_id in met if log_id in old] == old
    assert len(set(met)) == len(met) > len(old)


def test_the_count_is_not_the_tails(shared_app: App) -> None:
    """Behind a cursor `count` is still that of all matches."""
    first = ids_of(shared_app, "q=&limit=1")[0]

    assert ask(shared_app, listing(f"q=&after_id={first}")).json()["count"] == 400


def test_a_new_log_is_a_cursor_at_once(app: App) -> None:
    """What follows a log just written is the list as it was."""
    before = ids_of(app, "q=")
    ask(app, writing({}))
    (newest,) = ids_of(app, "q=&limit=1")

    assert newest not in before
    assert ids_of(app, f"q=&after_id={newest}") == before
