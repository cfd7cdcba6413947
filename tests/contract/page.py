"""A page of logs, as a law reads it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from auditmock.contract.exchange import Exchange
from auditmock.contract.logs import Log
from auditmock.contract.target import Target
from auditmock.contract.verdict import Violation, expect

_OK = 200


class Page(NamedTuple):
    """The logs of one answer, how many match in all, and the answer itself."""

    logs: Sequence[Log]
    total: int
    exchange: Exchange

    @property
    def ids(self) -> list[str]:
        """The ids, in their order."""
        return [log["id"] for log in self.logs]


def listed(target: Target, q: str, **parameters: Any) -> Page:
    """Ask for a page that must come."""
    exchange = target.ask(q, **parameters)
    expect(exchange.status == _OK, "200", exchange.status, exchange)
    try:
        page = exchange.json()
        return Page(page["audit_logs"], page["count"], exchange)
    except (ValueError, KeyError, TypeError):
        raise Violation("a list of audit logs", exchange.body[:200], (exchange,)) from None


def expect_logs(page: Page, expected: Sequence[Log], total: int) -> None:
    """Go on if a page shows these logs, and counts so many."""
    wanted = [log["id"] for log in expected]
    expect(page.ids == wanted, f"{len(wanted)} logs: {wanted}", f"{len(page.ids)}: {page.ids}", page.exchange)
    expect(page.total == total, f"a count of {total}", page.total, page.exchange)
