"""Checks of whole searches: what an element means does not depend on what stands around it."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from urllib.parse import quote

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.page import expect_logs, listed
from auditmock.checker.rules.logs import Log, element, is_left_out, matches, select, values_of
from auditmock.contract.support.sample import Sample, distinctive
from auditmock.contract.support.search_keys import bare, named, plain
from auditmock.openapi.contract import SearchKey

pytestmark = pytest.mark.check("properties", "searches", "#/components/parameters/q/x-search")

LARGEST = 1000
SHOWN = 10
MONTHS = 12
STRANGER = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
OTHER = {"date_from": "9999-12-31", "date_to": "0001-01-01", "resource_id": STRANGER}
"""Values that no log has, where a word would not do."""


@each("key", plain, named)
def test_each_key_in_other_words(target: Client, sample: Sample, key: SearchKey) -> None:
    """Every key may stand behind all others, in capitals, its value in quotes; pages are cut as always."""
    value = oddest(sample.logs, key) or distinctive(sample.logs, key)
    found = select(sample.logs, key, value)
    q = f'{sample.around(key.name)} {key.name.upper()}:"{value}"'

    def look() -> None:
        page = listed(target, q, offset=1)
        if page.total or not is_left_out(found, key):
            expect_logs(page, found[1 : 1 + page.usual_limit], len(found))

    while_unchanged(target, sample.scope, look)


def oddest(logs: Sequence[Log], key: SearchKey) -> str:
    """Choose the value of a name that has the most marks beside letters and digits; empty if none has any."""
    values = values_of(logs, key) if key.type == "text" else []
    marks = {value: sum(not each.isalnum() for each in value) for value in values if '"' not in value}
    return max(marks, key=marks.__getitem__, default="") if any(marks.values()) else ""


@each("kind", bare)
def test_each_bare_word_beside_an_action(target: Client, sample: Sample, kind: str) -> None:
    """Every resource type may be a word without a key, in capitals too, and narrows what an action finds."""
    keys = target.contract.search.keys
    key, actions = keys[target.contract.search.bare_term], keys["action"]
    of_kind = select(sample.logs, key, kind)
    action = distinctive(of_kind or sample.logs, actions)
    found = select(of_kind, actions, action)
    q = sample.within(f"{element(actions, action)} {kind.upper()}")

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(listed(target, q, limit=SHOWN), found[:SHOWN], len(found)),
    )


@requires("the last value")
def test_of_each_key_the_last_value_counts(target: Client, sample: Sample) -> None:
    """Of every key given more than once the last value counts, however the key is written, all together."""
    log = next((log for log in sample.logs if log["user"] and log["resource_target"]), sample.logs[0])
    keys = [key for key in plain(target.contract) if values_of([log], key)]
    values = {key: values_of([log], key)[0] for key in keys}
    found = [other for other in sample.logs if all(matches(other, *pair) for pair in values.items())]
    others = [f"{name}:{another(key, values[key])}" for key in keys for name in (key.name.upper(), key.name)]
    q = " ".join([*others, *(element(key, value) for key, value in values.items())])

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=LARGEST), found, len(found))
    )


def another(key: SearchKey, value: str) -> str:
    """Choose another value of a key."""
    return next((other for other in key.values if other != value), OTHER.get(key.name, "nobody"))


@requires("whole counts", "exact counts")
def test_months_share_out_a_year(target: Client, sample: Sample) -> None:
    """The logs of twelve spans, each from or to the last day of a month, are those of the year they are."""
    months = list(spans_before(sample.logs[0]["time"]))
    whole_year = f"date_from:{months[-1][0]} date_to:{months[0][1]}"
    since, until = (target.contract.search.keys[name] for name in ("date_from", "date_to"))

    def look() -> None:
        whole = listed(target, whole_year, limit=1)
        total = 0
        for first, last in months:
            page = listed(target, f"date_from:{first} date_to:{last}", limit=SHOWN)
            others = [log["time"] for log in page.logs if not inside(log, (since, first), (until, last))]
            expect(not others, f"logs from {first} to {last}", others, page.exchange)
            total += page.total
        expect(total == whole.total, f"{whole.total} in all", total, whole.exchange)

    while_unchanged(target, Scope(whole_year), look)


def inside(log: Log, *bounds: tuple[SearchKey, str]) -> bool:
    """Whether a log is within bounds of time."""
    return all(matches(log, key, day) for key, day in bounds)


def spans_before(time: str) -> Iterator[tuple[str, str]]:
    """List the first and the last day of spans that make up twelve months before a time, the latest first.

    By turns a month with the last day of the one before it, and a month without its last day.
    """
    latest = 12 * int(time[:4]) + int(time[5:7]) - 2
    for number in range(latest, latest - MONTHS, -2):
        year, month = number // 12, number % 12 + 1
        other_year, other = (number - 1) // 12, (number - 1) % 12 + 1
        last, eve = monthrange(year, month)[1], monthrange(other_year, other)[1]
        yield f"{other_year:04}-{other:02}-{eve:02}", f"{year:04}-{month:02}-{last:02}"
        yield f"{other_year:04}-{other:02}-01", f"{other_year:04}-{other:02}-{eve - 1:02}"


@requires("me")
def test_me_narrows_as_a_name_does(target: Client, sample: Sample) -> None:
    """`username:me` beside other elements finds what the caller's name finds there."""
    mine = listed(target, "username:me", limit=1).logs
    if not mine:
        pytest.skip("the caller has done nothing yet")
    key, actions = (target.contract.search.keys[name] for name in ("username", "action"))
    own = select(sample.logs, key, mine[0]["user"]["username"])
    action = distinctive(own or sample.logs, actions)
    found = select(own, actions, action)
    q = sample.within(f"username:me {element(actions, action)}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=LARGEST), found, len(found))
    )


def test_parameters_stand_in_any_order(target: Client, sample: Sample) -> None:
    """`q` may be the last parameter, and a space in it be written as `+`."""
    path = f"{target.path('get-audit-logs')}?limit=9&offset=2&q="
    words = quote(sample.within("  "), safe=":").replace("%20", "+")

    def look() -> None:
        exchange = target.send(Request("GET", path + words))
        expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
        seen, wanted = (
            [log["id"] for log in logs] for logs in (exchange.json()["audit_logs"], sample.logs[2:11])
        )
        expect(seen == wanted, f"{wanted}", seen, exchange)

    while_unchanged(target, sample.scope, look)
