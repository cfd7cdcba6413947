"""Checks of filters: every search key finds exactly the logs that match."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.expect import Scope, expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.checker.rules.log_model import Log, matches, may_be_left_out, select, term, values_of
from auditmock.contract.support.sample import PagesByValue, Sample, read_pages
from auditmock.contract.support.search_keys import (
    build_reasons,
    complete_enums,
    distant_days,
    enum_values,
    first_day,
    key_pairs,
    label,
    name_keys,
    of_types,
    text_keys,
    unused_values,
)
from auditmock.openapi.contract import SearchKey

draws = settings.get_profile("check")
some_draws = settings.get_profile("check of words")
pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

NIL = "00000000-0000-0000-0000-000000000000"
LARGEST = 1000
LAST_MONTH = "12"
SHOWN = 10


@each("key, value", enum_values, label)
def test_enum_filter_finds_exactly_its_logs(
    target: Client, sample: Sample, key: SearchKey, value: str
) -> None:
    """Filtering by an enum value finds exactly the logs with that value; `offset` and `limit` apply."""
    found = select(sample.logs, key, value)
    limit = max(1, len(found) - 2)
    q = sample.within(term(key, value))

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(list_logs(target, q, offset=1, limit=limit), found[1 : 1 + limit], len(found)),
    )


@each("key", text_keys, label)
@some_draws
@given(data=st.data())
def test_text_filter_finds_exactly_its_logs(
    target: Client, sample: Sample, key: SearchKey, data: st.DataObject
) -> None:
    """Filtering by a name or an id finds exactly the logs with it, in any letter case; paging applies."""
    values = values_of(sample.logs, key)
    assume(values)
    value = data.draw(st.sampled_from(values), "value")
    found = select(sample.logs, key, value)
    last = max(0, len(found) - 1)
    offset = data.draw(st.integers(min(1, last), last), "offset")
    limit = data.draw(st.integers(1, last + 1), "limit")

    def verify() -> None:
        q = sample.within(term(key, value.upper()))
        page = list_logs(target, q, offset=offset, limit=limit)
        if page.total or not may_be_left_out(found, key):
            expect_logs(page, found[offset : offset + limit], len(found))

    while_unchanged(target, sample.scope, verify)


@requires("build reasons")
@each("key, value", build_reasons, label)
def test_build_reason_finds_exactly_its_builds(
    target: Client, sample: Sample, key: SearchKey, value: str
) -> None:
    """Among logs of builds, `build_reason` finds those with that reason and none that testgenerate wrote."""
    found = [
        log
        for log in select(sample.logs, key, value)
        if log["resource_type"] == "workspace_build" and log["request_id"] != NIL
    ]
    q = sample.within(f"{term(key, value)} resource_type:workspace_build")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=LARGEST), found, len(found))
    )


@each("key, value", unused_values, label)
def test_unused_value_finds_nothing(target: Client, key: SearchKey, value: str) -> None:
    """A name or id that no log has finds nothing; `%` and `*` are no wildcards."""
    expect_logs(list_logs(target, term(key, value)), [], 0)


OTHERS: Mapping[str, tuple[str, Callable[[Log], str]]] = {
    "email as username": ("username", lambda log: log["user"]["email"]),
    "user id as username": ("username", lambda log: log["user"]["id"]),
    "domain as email": ("email", lambda log: log["user"]["email"].partition("@")[2]),
}
"""By label: a key, and another property of the same user."""


@pytest.mark.parametrize("other", OTHERS)
def test_user_filter_matches_its_own_field_only(target: Client, sample: Sample, other: str) -> None:
    """`username` matches neither emails nor user ids, and `email` does not match a domain."""
    name, value_of = OTHERS[other]
    key = target.contract.search.keys[name]

    expect_nothing(target, sample, key, [value_of(log) for log in sample.logs if log["user"]])


def expect_nothing(target: Client, sample: Sample, key: SearchKey, values: Sequence[str]) -> None:
    """Expect that a value which no log of the sample has finds nothing; skips if there is none."""
    value = next((value for value in values if value and not select(sample.logs, key, value)), None)
    if value is None:
        pytest.skip(f"every candidate is a {key.name} of the sample")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, sample.within(term(key, value))), [], 0)
    )


PARTS: Mapping[str, Callable[[str], str]] = {
    "last letter missing": lambda value: value[:-1],
    "first letter missing": lambda value: value[1:],
    "trailing space": lambda value: f"{value} ",
    "underscore for a letter": lambda value: f"{value[:1]}_{value[2:]}",
}


@pytest.mark.parametrize("part", PARTS)
@each("key", name_keys, label)
def test_text_filter_matches_whole_values_only(
    target: Client, sample: Sample, key: SearchKey, part: str
) -> None:
    """Filtering by a name matches the whole value, not a part of it and not a longer text."""
    expect_nothing(target, sample, key, [PARTS[part](value) for value in values_of(sample.logs, key)])


@draws
@given(st.data())
def test_date_filters_include_both_days(target: Client, sample: Sample, data: st.DataObject) -> None:
    """`date_from` and `date_to` find the logs from the first day to the last, both included."""
    days = sorted({log["time"][:10] for log in sample.logs})
    first = data.draw(st.sampled_from(days), "first day")
    may_be_reversed = target.contract.search.rules.get("date_order") != "rejected"
    last = data.draw(st.sampled_from(days if may_be_reversed else days[days.index(first) :]), "last day")
    since, until = of_types(target.contract, "date")
    found = [log for log in sample.logs if matches(log, since, first) and matches(log, until, last)]

    def verify() -> None:
        q = sample.on_days(f"{term(since, first)} {term(until, last)}")
        page = list_logs(target, q, limit=LARGEST)
        expect_logs(page, found, len(found))

    while_unchanged(target, sample.scope, verify)


@each("key, day", distant_days, label)
def test_date_filter_accepts_distant_days(target: Client, key: SearchKey, day: str) -> None:
    """A date filters correctly, however far in the past or the future it is."""
    page = list_logs(target, term(key, day), limit=SHOWN)
    others = [log["time"] for log in page.logs if not matches(log, key, day)]
    expect(not others, f"only logs that match {term(key, day)}", others, page.exchange)


def test_enum_filter_lists_no_other_value(target: Client, pages_by_value: PagesByValue) -> None:
    """Filtering by an enum value lists only logs with that value."""
    for key in of_types(target.contract, "enum"):
        for page, value in zip(pages_by_value[key.name], key.values, strict=True):
            others = [log["id"] for log in page.logs if not matches(log, key, value)]
            expect(
                not others, f"only logs that match {term(key, value)}", f"other logs: {others}", page.exchange
            )


@requires("uncapped counts", "exact counts")
@each("key", complete_enums, label)
def test_counts_of_all_enum_values_add_up(
    target: Client, sample: Sample, pages_by_value: PagesByValue, key: SearchKey
) -> None:
    """The counts of all values of an enum key add up to the count of all logs."""
    scope, known = sample.past, iter([pages_by_value[key.name]])

    def verify() -> None:
        parts = next(known, None) or read_pages(target, key, scope)
        whole = list_logs(target, scope, limit=1)
        total = sum(part.total for part in parts)
        expect(total == whole.total, f"{whole.total} logs in total", total, whole.exchange)

    while_unchanged(target, Scope(scope), verify)


@requires("uncapped counts", "exact counts")
def test_counts_before_and_since_a_day_add_up(target: Client, sample: Sample) -> None:
    """The counts of the logs before a day and since that day add up to the count of all logs."""
    day = sample.logs[len(sample.logs) // 2]["time"][:10]
    whole_past = sample.past

    def verify() -> None:
        whole = list_logs(target, whole_past, limit=1)
        since = list_logs(target, f"date_from:{day} {whole_past}", limit=1)
        on_day = list_logs(target, f"date_from:{day} date_to:{day}", limit=1)
        until = list_logs(target, f"date_to:{day}", limit=1)
        total = since.total + until.total - on_day.total
        expect(total == whole.total, f"{whole.total} logs in total", total, whole.exchange)

    while_unchanged(target, Scope(whole_past), verify)


@requires("uncapped counts", "exact counts")
def test_counts_until_and_after_a_year_add_up(target: Client, sample: Sample) -> None:
    """The counts of the logs until the end of a year and after it add up to the count of all logs."""
    year, month = int(sample.logs[0]["time"][:4]), sample.logs[0]["time"][5:7]
    last = year if month == LAST_MONTH else year - 1

    def verify() -> None:
        whole = list_logs(target, "   ", limit=1)
        until = list_logs(target, f"date_from:{first_day(target.contract)} date_to:{last:04}-12-31", limit=1)
        since = list_logs(target, f"date_from:{last + 1:04}-01-01 date_to:9999-12-31", limit=1)
        total = until.total + since.total
        expect(total == whole.total, f"{whole.total} logs in total", total, until.exchange, since.exchange)

    while_unchanged(target, Scope(""), verify)


@pytest.mark.parametrize("place", [min, max], ids=["earliest", "latest"])
def test_day_lasts_from_midnight_to_midnight_utc(
    target: Client, sample: Sample, place: Callable[..., Log]
) -> None:
    """A day includes its earliest and its latest log: it lasts from midnight to midnight in UTC."""
    day = place(sample.logs, key=lambda log: log["time"][10:])["time"][:10]
    since, until = of_types(target.contract, "date")
    found = [log for log in sample.logs if matches(log, since, day) and matches(log, until, day)]
    q = sample.on_days(f"{term(since, day)} {term(until, day)}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=LARGEST), found, len(found))
    )


@each("one, other", key_pairs, label)
def test_two_filters_find_logs_that_match_both(
    target: Client, sample: Sample, one: SearchKey, other: SearchKey
) -> None:
    """Two filters find exactly the logs that match both; without a limit, the page has the default size."""
    first, second = choose_values(sample.logs, one, other)
    found = select(select(sample.logs, one, first), other, second)
    q = sample.within(f"{term(one, first)} {term(other, second)}")

    def verify() -> None:
        page = list_logs(target, q)
        if page.total or not may_be_left_out(found, one, other):
            expect_logs(page, found[: page.page_limit], len(found))

    while_unchanged(target, sample.scope, verify)


def choose_values(logs: Sequence[Log], one: SearchKey, other: SearchKey) -> tuple[str, str]:
    """Choose values of two keys so that each finds logs which the other does not, if possible."""
    first, second = (
        {value: {log["id"] for log in select(logs, key, value)} for value in values_of(logs, key)[:SHOWN]}
        for key in (one, other)
    )

    def matching_logs(values: tuple[str, str]) -> int:
        found, others = first[values[0]], second[values[1]]
        return min(len(found - others), len(others - found))

    values = max(product(first, second), key=matching_logs, default=None)
    if values is None:
        pytest.skip(f"no log has a {one.name} or a {other.name}")
    return values
