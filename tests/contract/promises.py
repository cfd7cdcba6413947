"""What editions promise: laws of what one does not promise are left out when a deployment is judged by it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from auditmock.openapi import Contract


class Promise(NamedTuple):
    """Something a contract may hold out: how to tell, and what to say where it does not."""

    holds: Callable[[Contract], bool]
    otherwise: str


def _searches(rule: str, *ways: str) -> Callable[[Contract], bool]:
    return lambda contract: contract.search.rules.get(rule, "") in ways


def _lists(status: str) -> Callable[[Contract], bool]:
    return lambda contract: status in contract.document["paths"]["/audit"]["get"]["responses"]


PROMISES: Mapping[str, Promise] = {
    "cursor": Promise(lambda contract: "cursor" in contract.paging, "it has no cursor"),
    "order of ties": Promise(
        lambda contract: len(contract.paging["order"]) > 1, "it promises no order of logs of one instant"
    ),
    "default limit": Promise(lambda contract: contract.default_limit > 0, "it has no default limit"),
    "whole counts": Promise(lambda contract: "count_cap" not in contract.paging, "its counts stop at a cap"),
    "exact counts": Promise(
        lambda contract: contract.paging["count"] == "exact", "it counts nothing where a page is empty"
    ),
    "whole days": Promise(
        lambda contract: any(key.match == "not_after" for key in contract.search.keys.values()),
        "its days end with their last whole second",
    ),
    "strict requests": Promise(lambda contract: not contract.server, "its servers are lenient there"),
    "lenient requests": Promise(lambda contract: bool(contract.server), "it is strict there"),
    "one media type": Promise(_lists("406"), "its servers do not look at what a client takes"),
    "the last value": Promise(_searches("duplicates", "last"), "it refuses a key given twice"),
    "one value": Promise(_searches("duplicates", "refused"), "of a key given twice the last one counts"),
    "lenient search": Promise(_searches("unknown", "ignored"), "its search is strict"),
    "strict search": Promise(_searches("unknown", "refused"), "its search is lenient"),
    "days in any order": Promise(_searches("date_order", "", "free"), "it refuses days the wrong way round"),
    "me": Promise(
        lambda contract: any(key.me for key in contract.search.keys.values()), "its search knows no `me`"
    ),
    "reasons of builds": Promise(
        lambda contract: any(key.finds == "builds" for key in contract.search.keys.values()),
        "its search looks at what stands in the logs",
    ),
    "roles first": Promise(
        lambda contract: not contract.server or "gate" in contract.server["checks"],
        "it looks at roles after all else",
    ),
}
"""By name, as laws ask for them."""


def promised(*names: str) -> pytest.MarkDecorator:
    """Mark a law, or a case of one, that holds where these are promised."""
    assert set(names) <= PROMISES.keys()
    return pytest.mark.promised(*names)


def each(
    names: str, values: Callable[[Contract], Sequence[Any]], ids: Callable[[Any], str] | None = None
) -> pytest.MarkDecorator:
    """Mark a law that is judged once for each value of the contract it is judged by."""
    return pytest.mark.each(names, values, ids)


def find_broken(contract: Contract, names: Sequence[str]) -> str:
    """Say why a law does not hold by a contract: the first promise it lacks; empty when it has all."""
    return next((PROMISES[name].otherwise for name in names if not PROMISES[name].holds(contract)), "")
