"""A page of logs, as a check reads it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.expect import Violation, expect
from auditmock.checker.rules.database_errors import fails_without_user
from auditmock.checker.rules.logs import Log, instant
from auditmock.openapi.contract import Contract

_OK = 200
_LIMIT = 100


class Page(NamedTuple):
    """The logs of one answer, how many match in all, the answer itself, and the contract it is judged by."""

    logs: Sequence[Log]
    total: int
    exchange: Exchange
    contract: Contract

    @property
    def ids(self) -> list[str]:
        """The ids, in their order."""
        return [log["id"] for log in self.logs]

    @property
    def usual_limit(self) -> int:
        """How many logs `listed` shows at most where it is asked for no limit."""
        return self.contract.default_limit or _LIMIT


def listed(target: Client, q: str, **parameters: Any) -> Page:
    """Ask for a page that must come, with a limit where there is none by default."""
    if not target.contract.default_limit:
        parameters.setdefault("limit", _LIMIT)
    return read_page(target, q, **parameters)


def read_page(target: Client, q: str, **parameters: Any) -> Page:
    """Ask for a page that must come; skips where the release has none for logs of nobody, and says so."""
    exchange = target.ask(q, **parameters)
    if fails_without_user(exchange, target.contract):
        pytest.skip("logs of nobody are among these, and the release answers 500 to a page with one")
    return page_of(exchange, target.contract)


def page_of(exchange: Exchange, contract: Contract) -> Page:
    """Read an answer that must be a page."""
    expect(exchange.status == _OK, "200", exchange.status, exchange)
    try:
        page = exchange.json()
        return Page(page["audit_logs"], page["count"], exchange, contract)
    except (ValueError, KeyError, TypeError):
        raise Violation("a list of audit logs", exchange.body[:200], (exchange,)) from None


def expect_logs(page: Page, expected: Sequence[Log], total: int) -> None:
    """Go on if a page shows these logs, and counts so many."""
    wanted = [log["id"] for log in expected]
    same = page.ids == wanted or (
        not page.contract.orders_ties and _instants(page.logs) == _instants(expected)
    )
    expect(same, f"{len(wanted)} logs: {wanted}", f"{len(page.ids)}: {page.ids}", page.exchange)
    count = page.contract.count(total, len(expected))
    expect(page.total == count, f"a count of {count}", page.total, page.exchange)


def _instants(logs: Sequence[Log]) -> list[tuple[int, list[str]]]:
    """List the instants with the ids of their logs, in no order; those at the ends may lack some."""
    groups = [(when, sorted(log["id"] for log in group)) for when, group in groupby(logs, instant)]
    return [
        (when, ids if 0 < place < len(groups) - 1 else [str(len(ids))])
        for place, (when, ids) in enumerate(groups)
    ]
