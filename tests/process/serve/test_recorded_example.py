"""The recorded response of a real server (reference 10.5): the mock gives it byte for byte."""

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
RANDOM_FIELDS = re.compile(rb'"(id|resource_id|created_at)":"[^"]*"')
"""Fields that no request can choose: random ids and the user's creation time."""


@pytest.fixture
def client(start_server: Start) -> Iterator[httpx.Client]:
    """Return a client of a v0.14 mock that alice owns, at the time of the example."""
    scenarios = DATA / "releases" / "v0.14" / "scenarios"
    flags = ("--release", "v0.14", "--scenarios", str(scenarios), "--scenario", "alice")
    with httpx.Client(base_url=start_server(*flags).url) as client:
        client.put(f"{WORLD}/clock", json={"now": LOG["time"], "frozen": True}).raise_for_status()
        yield client


def test_post_gives_the_example(client: httpx.Client) -> None:
    """A post of `{}` gives the example, except for random fields."""
    posted = client.post(f"{LIST}/testgenerate", json={}, headers={**TOKEN, "User-Agent": LOG["user_agent"]})
    body = client.get(LIST, params={"limit": 1}, headers=TOKEN).content

    assert posted.status_code == 204
    assert RANDOM_FIELDS.sub(b"random", body) == RANDOM_FIELDS.sub(b"random", EXAMPLE)


def test_inserted_log_gives_the_example(client: httpx.Client) -> None:
    """With the log of the example inserted, the whole body is the example."""
    client.post(f"{WORLD}/logs", json=[LOG]).raise_for_status()

    assert client.get(LIST, params={"limit": 1}, headers=TOKEN).content == EXAMPLE
