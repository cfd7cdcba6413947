"""The answer of a real server that the reference shows (10.5): the mock gives it byte for byte."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from processes import Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import SHARED_SECRET, token_of

DATA = Path(__file__).parents[2] / "data"
EXAMPLE = (DATA / "releases" / "v0.14" / "example.json").read_bytes()
(LOG,) = json.loads(EXAMPLE)["audit_logs"]
TOKEN = {"Coder-Session-Token": token_of(BuiltinUser.OWNER)}
LIST = "/api/v2/audit"
WORLD = f"/_mock/worlds/{SHARED_SECRET}"
DRAWN = re.compile(rb'"(id|resource_id|created_at)":"[^"]*"')
"""What no request can choose: random ids, and since when there is the user."""


@pytest.fixture
def client(start_server: Start) -> Iterator[httpx.Client]:
    """Give a client of a v0.14 that alice owns, at the instant of the example."""
    scenarios = DATA / "releases" / "v0.14" / "scenarios"
    flags = ("--release", "v0.14", "--scenarios", str(scenarios), "--scenario", "alice")
    with httpx.Client(base_url=start_server(*flags).url) as client:
        client.put(f"{WORLD}/clock", json={"now": LOG["time"], "frozen": True}).raise_for_status()
        yield client


def test_what_alice_posts_is_the_example(client: httpx.Client) -> None:
    """Of `{}` by a hostile user agent comes the example, but for what is drawn."""
    posted = client.post(f"{LIST}/testgenerate", json={}, headers={**TOKEN, "User-Agent": LOG["user_agent"]})
    body = client.get(LIST, params={"limit": 1}, headers=TOKEN).content

    assert posted.status_code == 204
    assert DRAWN.sub(b"drawn", body) == DRAWN.sub(b"drawn", EXAMPLE)


def test_the_log_of_the_example_is_shown_to_the_letter(client: httpx.Client) -> None:
    """With its ids and people, the log is inserted, and the whole body is the example."""
    client.post(f"{WORLD}/logs", json=[LOG]).raise_for_status()

    assert client.get(LIST, params={"limit": 1}, headers=TOKEN).content == EXAMPLE
