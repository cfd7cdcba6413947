"""Writing test logs: whose they are, of when, and how they are found again."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from secrets import randbits
from typing import Any
from uuid import UUID

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.expect import expect
from auditmock.checker.page import listed
from auditmock.checker.rules.logs import Log

MARKER = "auditmock-contract-suite"
"""The user agent of every log the suite writes."""

PAST = "2001-02-03T04:05:06Z"
"""When what the suite writes is said to have happened, but for what checks of times write."""

NEWEST = 200
"""How many of the newest logs are looked through, since others may write meanwhile."""

NIL = "00000000-0000-0000-0000-000000000000"


def fresh() -> str:
    """Make the id of a resource nobody knows, whoever else is testing; it is of any version of UUID."""
    return str(UUID(int=randbits(128)))


def mark() -> str:
    """Make a user agent nobody else has, by which a log is known to be one's own."""
    return f"{MARKER}/{fresh()}"


def posting(target: Client, body: bytes | Mapping[str, Any], user_agent: str = MARKER) -> Request:
    """Make a request that writes a log."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "User-Agent": user_agent}
    return Request("POST", target.path("generate-fake-audit-logs"), (), headers, content)


def post(target: Client, body: bytes | Mapping[str, Any], user_agent: str = MARKER) -> Exchange:
    """Send a body to testgenerate."""
    return target.send(posting(target, body, user_agent))


def write(target: Client, body: bytes | Mapping[str, Any], user_agent: str = MARKER) -> Exchange:
    """Write a log, which must be taken."""
    exchange = post(target, body, user_agent)
    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    return exchange


def marked(target: Client, user_agent: str, q: str = "") -> list[Log]:
    """Find the logs of a mark among the newest."""
    return [log for log in listed(target, q, limit=NEWEST).logs if log["user_agent"] == user_agent]


def expect_unwritten(target: Client, user_agent: str, *exchanges: Exchange) -> None:
    """Go on if no log has this mark."""
    found = [log["id"] for log in marked(target, user_agent)]
    expect(not found, "no new log", found, *exchanges)


def written(target: Client, body: Mapping[str, Any]) -> Log:
    """Write a log about a fresh resource and find it, alone."""
    exchange = write(target, body)
    page = listed(target, f"resource_id:{body['resource_id']}")
    expect(page.total == len(page.logs) == 1, "one log", f"{page.total}: {page.ids}", exchange, page.exchange)
    return page.logs[0]
