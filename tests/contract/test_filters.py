"""Checks of filters: every search key finds what a look at each log finds."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.page import expect_logs, listed
from auditmock.checker.rules.logs import Log, element, is_left_out, matches, select, values_of
from auditmock.contract.support.sample import Groups, Sample, take_shares
from auditmock.contract.support.search_keys import (
    absent,
    enums,
    far_days,
    first_day,
    lists_of_all_logs,
    named,
    names,
    of_types,
    pairs,
    reasons,
    words,
)
from auditmock.openapi.contract import SearchKey

draws = settings.get_profile("check")
some_draws = settings.get_profile("check of words")
pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

NIL = "00000000-0000-0000-0000-000000000000"
LARGEST = 1000
LAST_MONTH = "12"
SHOWN = 10


@each("key, value", enums, named)
def test_a_listed_value_finds_its_logs(target: Client, sample: Sample, key: SearchKey, value: str) -> None:
    """A value the contract lists finds exactly the logs that have it; `offset` and `limit` cut from these."""
    found = select(sample.logs, key, value)
    limit = max(1, len(found) - 2)
    q = sample.within(element(key, value))

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(listed(target, q, offset=1, limit=limit), found[1 : 1 + limit], len(found)),
    )


@each("key", words, named)
@some_draws
@given(data=st.data())
def test_a_word_finds_its_logs(target: Client, sample: Sample, key: SearchKey, data: st.DataObject) -> None:
    """A name or an id finds exactly the logs that have it, letter case aside; pages are cut from these."""
    values = values_of(sample.logs, key)
    assume(values)
    value = data.draw(st.sampled_from(values), "value")
    found = select(sample.logs, key, value)
    last = max(0, len(found) - 1)
    offset = data.draw(st.integers(min(1, last), last), "offset")
    limit = data.draw(st.integers(1, last + 1), "limit")

    def look() -> None:
        q = sample.within(element(key, value.upper()))
        page = listed(target, q, offset=offset, limit=limit)
        if page.total or not is_left_out(found, key):
            expect_logs(page, found[offset : offset + limit], len(found))

    while_unchanged(target, sample.scope, look)


@requires("reasons of builds")
@each("key, value", reasons, named)
def test_a_reason_finds_builds(target: Client, sample: Sample, key: SearchKey, value: str) -> None:
    """Of the logs of builds a reason finds those of that reason, but none that was written as a test."""
    found = [
        log
        for log in select(sample.logs, key, value)
        if log["resource_type"] == "workspace_build" and log["request_id"] != NIL
    ]
    q = sample.within(f"{element(key, value)} resource_type:workspace_build")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=LARGEST), found, len(found))
    )


@each("key, value", absent, named)
def test_a_word_that_is_nowhere_finds_nothing(target: Client, key: SearchKey, value: str) -> None:
    """A name or an id that no log has finds nothing; a sign that might stand for others stands for itself."""
    expect_logs(listed(target, element(key, value)), [], 0)


OTHERS: Mapping[str, tuple[str, Callable[[Log], str]]] = {
    "an address": ("username", lambda log: log["user"]["email"]),
    "an id": ("username", lambda log: log["user"]["id"]),
    "a domain": ("email", lambda log: log["user"]["email"].partition("@")[2]),
}
"""By what it is, a key and something that is not its, but known of whoever acted."""


@pytest.mark.parametrize("other", OTHERS)
def test_a_name_is_no_other(target: Client, sample: Sample, other: str) -> None:
    """A user is found by the name and the address, each by its own key and as a whole, and by no id."""
    name, tell = OTHERS[other]
    key = target.contract.search.keys[name]

    expect_nothing(target, sample, key, [tell(log) for log in sample.logs if log["user"]])


def expect_nothing(target: Client, sample: Sample, key: SearchKey, values: Sequence[str]) -> None:
    """Go on if the first of these values that no log of the sample has finds nothing; skips without one."""
    value = next((value for value in values if value and not select(sample.logs, key, value)), None)
    if value is None:
        pytest.skip(f"every one of these is a {key.name}")

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(listed(target, sample.within(element(key, value))), [], 0),
    )


PARTS: Mapping[str, Callable[[str], str]] = {
    "its beginning": lambda value: value[:-1],
    "its end": lambda value: value[1:],
    "with a space more": lambda value: f"{value} ",
    "with a line for a letter": lambda value: f"{value[:1]}_{value[2:]}",
}


@pytest.mark.parametrize("part", PARTS)
@each("key", names, named)
def test_a_part_is_not_the_word(target: Client, sample: Sample, key: SearchKey, part: str) -> None:
    """A name is found by the whole of it, not by a part, nor by more than it."""
    expect_nothing(target, sample, key, [PARTS[part](value) for value in values_of(sample.logs, key)])


@draws
@given(st.data())
def test_days_bound_what_is_found(target: Client, sample: Sample, data: st.DataObject) -> None:
    """`date_from` and `date_to` find the logs of these days, both whole."""
    days = sorted({log["time"][:10] for log in sample.logs})
    first = data.draw(st.sampled_from(days), "first day")
    wrong_way_round = target.contract.search.rules.get("date_order") != "refused"
    last = data.draw(st.sampled_from(days if wrong_way_round else days[days.index(first) :]), "last day")
    since, until = of_types(target.contract, "date")
    found = [log for log in sample.logs if matches(log, since, first) and matches(log, until, last)]

    def look() -> None:
        q = sample.between(f"{element(since, first)} {element(until, last)}")
        page = listed(target, q, limit=LARGEST)
        expect_logs(page, found, len(found))

    while_unchanged(target, sample.scope, look)


@each("key, day", far_days, named)
def test_no_day_is_too_far(target: Client, key: SearchKey, day: str) -> None:
    """A day bounds what is found, however long ago or far ahead it is."""
    page = listed(target, element(key, day), limit=SHOWN)
    others = [log["time"] for log in page.logs if not matches(log, key, day)]
    expect(not others, f"logs that {element(key, day)} finds", others, page.exchange)


def test_a_kind_is_shown_alone(target: Client, kinds: Groups) -> None:
    """The logs of a listed value have that value, all of them."""
    for key in of_types(target.contract, "enum"):
        for page, value in zip(kinds[key.name], key.values, strict=True):
            others = [log["id"] for log in page.logs if not matches(log, key, value)]
            expect(not others, f"logs of {element(key, value)}", f"others: {others}", page.exchange)


@requires("whole counts", "exact counts")
@each("key", lists_of_all_logs, named)
def test_the_values_of_a_list_share_out_all_logs(
    target: Client, sample: Sample, kinds: Groups, key: SearchKey
) -> None:
    """Every log has one of the values, so their counts add up to that of all logs."""
    scope, known = sample.past, iter([kinds[key.name]])

    def look() -> None:
        parts = next(known, None) or take_shares(target, key, scope)
        whole = listed(target, scope, limit=1)
        total = sum(part.total for part in parts)
        expect(total == whole.total, f"{whole.total} in all", total, whole.exchange)

    while_unchanged(target, Scope(scope), look)


@requires("whole counts", "exact counts")
def test_days_share_out_all_logs(target: Client, sample: Sample) -> None:
    """What is before a day and what is from that day on are all logs together."""
    day = sample.logs[len(sample.logs) // 2]["time"][:10]
    whole_past = sample.past

    def look() -> None:
        whole = listed(target, whole_past, limit=1)
        since = listed(target, f"date_from:{day} {whole_past}", limit=1)
        on_day = listed(target, f"date_from:{day} date_to:{day}", limit=1)
        until = listed(target, f"date_to:{day}", limit=1)
        total = since.total + until.total - on_day.total
        expect(total == whole.total, f"{whole.total} in all", total, whole.exchange)

    while_unchanged(target, Scope(whole_past), look)


@requires("whole counts", "exact counts")
def test_years_share_out_all_logs(target: Client, sample: Sample) -> None:
    """What is of the years up to one, and of those after it, are all logs, which mere spaces find as well."""
    year, month = int(sample.logs[0]["time"][:4]), sample.logs[0]["time"][5:7]
    last = year if month == LAST_MONTH else year - 1

    def look() -> None:
        whole = listed(target, "   ", limit=1)
        until = listed(target, f"date_from:{first_day(target.contract)} date_to:{last:04}-12-31", limit=1)
        since = listed(target, f"date_from:{last + 1:04}-01-01 date_to:9999-12-31", limit=1)
        total = until.total + since.total
        expect(total == whole.total, f"{whole.total} in all", total, until.exchange, since.exchange)

    while_unchanged(target, Scope(""), look)


@pytest.mark.parametrize("place", [min, max], ids=["earliest", "latest"])
def test_days_are_whole(target: Client, sample: Sample, place: Callable[..., Log]) -> None:
    """A day has its earliest and its latest log: it goes from midnight to midnight in UTC."""
    day = place(sample.logs, key=lambda log: log["time"][10:])["time"][:10]
    since, until = of_types(target.contract, "date")
    found = [log for log in sample.logs if matches(log, since, day) and matches(log, until, day)]
    q = sample.between(f"{element(since, day)} {element(until, day)}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=LARGEST), found, len(found))
    )


@each("one, other", pairs, named)
def test_all_elements_must_hold(target: Client, sample: Sample, one: SearchKey, other: SearchKey) -> None:
    """Two elements find what both find; a page of it has as many logs as any page without a limit."""
    first, second = telling_values(sample.logs, one, other)
    found = select(select(sample.logs, one, first), other, second)
    q = sample.within(f"{element(one, first)} {element(other, second)}")

    def look() -> None:
        page = listed(target, q)
        if page.total or not is_left_out(found, one, other):
            expect_logs(page, found[: page.usual_limit], len(found))

    while_unchanged(target, sample.scope, look)


def telling_values(logs: Sequence[Log], one: SearchKey, other: SearchKey) -> tuple[str, str]:
    """Choose values of two keys of which either finds logs that the other does not, if there are such."""
    first, second = (
        {value: {log["id"] for log in select(logs, key, value)} for value in values_of(logs, key)[:SHOWN]}
        for key in (one, other)
    )

    def telling(values: tuple[str, str]) -> int:
        found, others = first[values[0]], second[values[1]]
        return min(len(found - others), len(others - found))

    values = max(product(first, second), key=telling, default=None)
    if values is None:
        pytest.skip(f"no log has a {one.name} or a {other.name}")
    return values
