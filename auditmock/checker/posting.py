"""Creating test logs and finding them again."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from secrets import randbits
from typing import Any
from uuid import UUID

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.expect import expect
from auditmock.checker.log_page import list_logs
from auditmock.checker.rules.log_model import Log

USER_AGENT = "auditmock-contract-suite"
"""The user agent of every log that the suite creates."""

PAST = "2001-02-03T04:05:06Z"
"""The time of the suite's test logs, except in checks of times."""

NEWEST = 200
"""How many of the newest logs are searched, since other clients may write as well."""

NIL = "00000000-0000-0000-0000-000000000000"


def new_id() -> str:
    """Return a random resource id, of any UUID version, unknown to all other clients."""
    return str(UUID(int=randbits(128)))


def unique_user_agent() -> str:
    return f"{USER_AGENT}/{new_id()}"


def post_request(target: Client, body: bytes | Mapping[str, Any], user_agent: str = USER_AGENT) -> Request:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "User-Agent": user_agent}
    return Request("POST", target.path("generate-fake-audit-logs"), (), headers, content)


def post(target: Client, body: bytes | Mapping[str, Any], user_agent: str = USER_AGENT) -> Exchange:
    return target.send(post_request(target, body, user_agent))


def write(target: Client, body: bytes | Mapping[str, Any], user_agent: str = USER_AGENT) -> Exchange:
    exchange = post(target, body, user_agent)
    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    return exchange


def find_by_user_agent(target: Client, user_agent: str, q: str = "") -> list[Log]:
    """Find the logs with a user agent among the newest."""
    return [log for log in list_logs(target, q, limit=NEWEST).logs if log["user_agent"] == user_agent]


def expect_not_written(target: Client, user_agent: str, *exchanges: Exchange) -> None:
    found = [log["id"] for log in find_by_user_agent(target, user_agent)]
    expect(not found, "no new log", found, *exchanges)


def write_and_find(target: Client, body: Mapping[str, Any]) -> Log:
    """Create a log of a new resource and return it; it must be the only one."""
    exchange = write(target, body)
    page = list_logs(target, f"resource_id:{body['resource_id']}")
    expect(page.total == len(page.logs) == 1, "one log", f"{page.total}: {page.ids}", exchange, page.exchange)
    return page.logs[0]
