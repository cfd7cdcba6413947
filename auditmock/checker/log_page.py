"""A page of logs, as checks read it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.expect import Violation, expect
from auditmock.checker.rules.database_errors import fails_without_user
from auditmock.checker.rules.log_model import Log, time_of
from auditmock.openapi.contract import Contract

_OK = 200
_LIMIT = 100


class Page(NamedTuple):
    logs: Sequence[Log]
    total: int
    exchange: Exchange
    contract: Contract

    @property
    def ids(self) -> list[str]:
        return [log["id"] for log in self.logs]

    @property
    def page_limit(self) -> int:
        return self.contract.default_limit or _LIMIT


def list_logs(target: Client, q: str, **parameters: Any) -> Page:
    """Request a page, which must succeed; sends a limit if the release has no default."""
    if not target.contract.default_limit:
        parameters.setdefault("limit", _LIMIT)
    return read_page(target, q, **parameters)


def read_page(target: Client, q: str, **parameters: Any) -> Page:
    """Request a page, which must succeed; skips if the release cannot list logs without a user."""
    exchange = target.search(q, **parameters)
    if fails_without_user(exchange, target.contract):
        pytest.skip("some of these logs have no user, and this release answers 500 to pages with such logs")
    return parse_page(exchange, target.contract)


def parse_page(exchange: Exchange, contract: Contract) -> Page:
    expect(exchange.status == _OK, "200", exchange.status, exchange)
    try:
        page = exchange.json()
        return Page(page["audit_logs"], page["count"], exchange, contract)
    except (ValueError, KeyError, TypeError):
        raise Violation("a list of audit logs", exchange.body[:200], (exchange,)) from None


def expect_logs(page: Page, expected: Sequence[Log], total: int) -> None:
    wanted = [log["id"] for log in expected]
    same = page.ids == wanted or (
        not page.contract.orders_ties and _instants(page.logs) == _instants(expected)
    )
    expect(same, f"{len(wanted)} logs: {wanted}", f"{len(page.ids)}: {page.ids}", page.exchange)
    count = page.contract.count(total, len(expected))
    expect(page.total == count, f"a count of {count}", page.total, page.exchange)


def _instants(logs: Sequence[Log]) -> list[tuple[int, list[str]]]:
    """Group log ids by instant; the first and last group may be cut off, so only their size counts."""
    groups = [(when, sorted(log["id"] for log in group)) for when, group in groupby(logs, time_of)]
    return [
        (when, ids if 0 < place < len(groups) - 1 else [str(len(ids))])
        for place, (when, ids) in enumerate(groups)
    ]
