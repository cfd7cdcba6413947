"""Checks of searches with several terms: a term means the same, whatever stands around it."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from urllib.parse import quote

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.checker.rules.log_model import Log, matches, may_be_left_out, select, term, values_of
from auditmock.contract.support.sample import Sample, distinctive_value_of
from auditmock.contract.support.search_keys import bare_words, label, log_keys
from auditmock.openapi.contract import SearchKey

pytestmark = pytest.mark.check("properties", "combinations", "#/components/parameters/q/x-search")

LARGEST = 1000
SHOWN = 10
MONTHS = 12
UNKNOWN_ID = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
OTHER = {"date_from": "9999-12-31", "date_to": "0001-01-01", "resource_id": UNKNOWN_ID}
"""Values that no log has, for keys that do not accept a plain word."""


@each("key", log_keys, label)
def test_every_key_may_be_last_uppercase_and_quoted(target: Client, sample: Sample, key: SearchKey) -> None:
    """Every key works after all other terms, in capitals and with a quoted value; paging applies as usual."""
    value = oddest(sample.logs, key) or distinctive_value_of(sample.logs, key)
    found = select(sample.logs, key, value)
    q = f'{sample.without(key.name)} {key.name.upper()}:"{value}"'

    def verify() -> None:
        page = list_logs(target, q, offset=1)
        if page.total or not may_be_left_out(found, key):
            expect_logs(page, found[1 : 1 + page.page_limit], len(found))

    while_unchanged(target, sample.scope, verify)


def oddest(logs: Sequence[Log], key: SearchKey) -> str:
    """Choose the value of a text key with the most punctuation; empty if none has any."""
    values = values_of(logs, key) if key.type == "text" else []
    marks = {value: sum(not each.isalnum() for each in value) for value in values if '"' not in value}
    return max(marks, key=marks.__getitem__, default="") if any(marks.values()) else ""


@each("kind", bare_words)
def test_bare_resource_type_narrows_an_action(target: Client, sample: Sample, kind: str) -> None:
    """Every resource type works without its key, in capitals too, and narrows the result of an action."""
    keys = target.contract.search.keys
    key, actions = keys[target.contract.search.bare_term], keys["action"]
    of_kind = select(sample.logs, key, kind)
    action = distinctive_value_of(of_kind or sample.logs, actions)
    found = select(of_kind, actions, action)
    q = sample.within(f"{term(actions, action)} {kind.upper()}")

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(list_logs(target, q, limit=SHOWN), found[:SHOWN], len(found)),
    )


@requires("last value wins")
def test_last_value_of_every_repeated_key_wins(target: Client, sample: Sample) -> None:
    """If several keys are repeated, in any letter case, the last value of each wins."""
    log = next((log for log in sample.logs if log["user"] and log["resource_target"]), sample.logs[0])
    keys = [key for key in log_keys(target.contract) if values_of([log], key)]
    values = {key: values_of([log], key)[0] for key in keys}
    found = [other for other in sample.logs if all(matches(other, *pair) for pair in values.items())]
    others = [f"{name}:{another(key, values[key])}" for key in keys for name in (key.name.upper(), key.name)]
    q = " ".join([*others, *(term(key, value) for key, value in values.items())])

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=LARGEST), found, len(found))
    )


def another(key: SearchKey, value: str) -> str:
    return next((other for other in key.values if other != value), OTHER.get(key.name, "nobody"))


@requires("uncapped counts", "exact counts")
def test_counts_of_months_add_up_to_their_year(target: Client, sample: Sample) -> None:
    """The counts of twelve consecutive date ranges of about a month add up to the count of their year."""
    months = list(spans_before(sample.logs[0]["time"]))
    whole_year = f"date_from:{months[-1][0]} date_to:{months[0][1]}"
    since, until = (target.contract.search.keys[name] for name in ("date_from", "date_to"))

    def verify() -> None:
        whole = list_logs(target, whole_year, limit=1)
        total = 0
        for first, last in months:
            page = list_logs(target, f"date_from:{first} date_to:{last}", limit=SHOWN)
            others = [log["time"] for log in page.logs if not inside(log, (since, first), (until, last))]
            expect(not others, f"logs from {first} to {last}", others, page.exchange)
            total += page.total
        expect(total == whole.total, f"{whole.total} logs in total", total, whole.exchange)

    while_unchanged(target, Scope(whole_year), verify)


def inside(log: Log, *bounds: tuple[SearchKey, str]) -> bool:
    return all(matches(log, key, day) for key, day in bounds)


def spans_before(time: str) -> Iterator[tuple[str, str]]:
    """List the first and last days of twelve consecutive date ranges before a time, latest first.

    They alternate between a month plus the last day of the previous one, and a month without it.
    """
    latest = 12 * int(time[:4]) + int(time[5:7]) - 2
    for number in range(latest, latest - MONTHS, -2):
        year, month = number // 12, number % 12 + 1
        other_year, other = (number - 1) // 12, (number - 1) % 12 + 1
        last, eve = monthrange(year, month)[1], monthrange(other_year, other)[1]
        yield f"{other_year:04}-{other:02}-{eve:02}", f"{year:04}-{month:02}-{last:02}"
        yield f"{other_year:04}-{other:02}-01", f"{other_year:04}-{other:02}-{eve - 1:02}"


@requires("me")
def test_username_me_combines_like_a_username(target: Client, sample: Sample) -> None:
    """`username:me` with other terms finds what the caller's username finds with them."""
    mine = list_logs(target, "username:me", limit=1).logs
    if not mine:
        pytest.skip("the caller has no logs")
    key, actions = (target.contract.search.keys[name] for name in ("username", "action"))
    own = select(sample.logs, key, mine[0]["user"]["username"])
    action = distinctive_value_of(own or sample.logs, actions)
    found = select(own, actions, action)
    q = sample.within(f"username:me {term(actions, action)}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=LARGEST), found, len(found))
    )


def test_q_may_be_the_last_parameter(target: Client, sample: Sample) -> None:
    """`q` may be the last parameter, and a space in it may be written as `+`."""
    path = f"{target.path('get-audit-logs')}?limit=9&offset=2&q="
    words = quote(sample.within("  "), safe=":").replace("%20", "+")

    def verify() -> None:
        exchange = target.send(Request("GET", path + words))
        expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
        seen, wanted = (
            [log["id"] for log in logs] for logs in (exchange.json()["audit_logs"], sample.logs[2:11])
        )
        expect(seen == wanted, f"{wanted}", seen, exchange)

    while_unchanged(target, sample.scope, verify)
