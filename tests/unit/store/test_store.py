"""Store: a search equals a search of a plain list of all logs, whatever was posted before."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Any

import pytest
from histories import (
    ALL,
    CONTRACT,
    FIELD_OF_KEY,
    NO_VALUE,
    NOW,
    Log,
    cut_page,
    decode,
    find,
    make_history,
    new_log,
    open_store,
    order,
    read_page,
    search,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.core.models import Filter, NewLog, Page
from auditmock.core.timestamps import DAY, parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.ids import Kind
from auditmock.fixtures.history.log_renderer import LogRenderer
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.store import LogNotFoundError, Store

HISTORY = make_history(logs=300)
LOGS = decode(HISTORY)
TIMES = [parse_timestamp(log["time"]) for log in LOGS]
CALLERS = [BuiltinUser.OWNER, BuiltinUser.EXPIRED]
NAMES = [HISTORY.names.username(caller) for caller in CALLERS]
SEARCHES = [
    *(("action", value) for value in CONTRACT.enum("AuditAction")),
    *(("resource_type", value) for value in CONTRACT.enum("ResourceType")),
    *(("username", name) for name in NAMES),
    ("email", "nobody@example.com"),
    ("resource_id", "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"),
]

times = st.one_of(
    st.sampled_from([TIMES[-1] - DAY, TIMES[150], TIMES[0] + DAY]),
    st.sampled_from(TIMES),
    st.integers(TIMES[-1] - DAY, TIMES[0] + DAY),
)
"""Times before, inside and after the history; equal ones among them, also to those of its logs."""
new_logs = st.builds(
    new_log,
    action=st.sampled_from(CONTRACT.enum("AuditAction")),
    resource_type=st.sampled_from(CONTRACT.enum("ResourceType")),
    resource_id=st.none() | st.sampled_from([log["resource_id"] for log in LOGS]) | st.uuids().map(str),
    time=st.none() | times,
    ip=st.sampled_from(["", "::1", "10.0.0.1"]),
)
one_post = st.tuples(new_logs, st.sampled_from(CALLERS))
Posts = list[tuple[NewLog, BuiltinUser]]
steps = st.lists(st.tuples(st.integers(1, 60), st.lists(one_post, max_size=20)))
"""Steps of paging: the limit of a page, and the posts before the next page."""
Steps = list[tuple[int, Posts]]


def repeat_post(post: tuple[NewLog, BuiltinUser], count: int, stride: int) -> Posts:
    """Repeat a post at intervals; without a time, all at the time of posting."""
    new, caller = post
    if new.time is None:
        return [post] * count
    return [(new._replace(time=new.time + number * stride), caller) for number in range(count)]


batches = st.lists(
    st.builds(
        repeat_post, one_post, st.sampled_from([1, 2, 65, 300]), st.sampled_from([0, 1, -DAY, 7 * DAY])
    ),
    max_size=4,
)
"""Batches of posts between searches: small ones stay in a list, large ones become segments."""


def search_values(log: Log) -> list[tuple[str, str]]:
    """List the keys and values that find a log."""
    return [(key, field(log).lower()) for key, field in FIELD_OF_KEY.items() if field(log) != NO_VALUE]


def filters(logs: Sequence[Log]) -> st.SearchStrategy[Filter]:
    """Draw filters from the values of a log or any values, with or without times."""
    of_a_log = st.sampled_from(logs).flatmap(
        lambda log: st.lists(st.sampled_from(search_values(log)), max_size=2)
    )
    of_any = st.lists(st.sampled_from(SEARCHES), max_size=2)
    return st.builds(
        Filter, equal=(of_a_log | of_any).map(tuple), since=st.none() | times, until=st.none() | times
    )


def post_all(store: Store, posted: Posts) -> None:
    """Post logs."""
    for new, caller in posted:
        store.add(new, caller)


def store_with(*posted: Posts, history: History = HISTORY) -> Store:
    """Open a store on a history and post batches of logs, with a search after each."""
    store = open_store(history)
    for batch in posted:
        post_all(store, batch)
        store.find(Filter(), Page(0))
    return store


@settings(max_examples=150)
@given(batches, st.integers(1, 450), st.integers(0, 450), st.data())
def test_page_equals_a_page_of_a_plain_list(
    posted: list[Posts], limit: int, offset: int, data: st.DataObject
) -> None:
    """Count and page equal those of a filtered, sorted and sliced list, with or without a cursor."""
    store = store_with(*posted)
    logs = find(store)
    criteria = data.draw(filters(logs))
    after = data.draw(st.none() | st.sampled_from(logs))
    page = Page(limit, offset, None if after is None else after["id"])

    found = store.find(criteria, page)

    matches = search(logs, criteria)
    expected = cut_page(matches, page, after)
    assert (found.count, found.shown, read_page(found)) == (len(matches), len(expected), expected)


@settings(max_examples=40)
@given(batches)
def test_all_logs_are_sorted(posted: list[Posts]) -> None:
    """The list has every log of the history and every posted one, newest first, then by id."""
    logs = find(store_with(*posted))
    known = {log["id"] for log in LOGS}

    assert logs == sorted(logs, key=order)
    assert len({log["id"] for log in logs}) == len(logs) == len(LOGS) + len(list(chain(*posted)))
    assert [log for log in logs if log["id"] in known] == LOGS


@settings(max_examples=40)
@given(batches)
def test_every_posted_log_is_listed(posted: list[Posts]) -> None:
    """Each posted log is listed with its posted fields."""
    known = {log["id"] for log in LOGS}
    new = [log for log in find(store_with(*posted)) if log["id"] not in known]

    assert Counter(
        (
            log["action"],
            log["resource_type"],
            parse_timestamp(log["time"]),
            log["ip"],
            log["user"]["username"],
        )
        for log in new
    ) == Counter(
        (
            log.action,
            log.resource_type,
            NOW if log.time is None else log.time,
            log.ip,
            HISTORY.names.username(caller),
        )
        for log, caller in chain(*posted)
    )


@settings(max_examples=50)
@given(batches, steps, filters(LOGS))
def test_paging_by_cursor_is_stable(posted: list[Posts], paging: Steps, criteria: Filter) -> None:
    """Paging by `after_id` while logs are added returns each earlier log once, in order."""
    store = store_with(*posted)
    earlier = search(find(store), criteria)
    returned: list[Log] = []
    after = None
    for limit, posts in chain(paging, repeat((100, []))):
        page = read_page(store.find(criteria, Page(limit, after=after)))
        if not page:
            break
        returned += page
        after = page[-1]["id"]
        post_all(store, posts)

    ids = {log["id"] for log in earlier}
    assert [log for log in returned if log["id"] in ids] == earlier
    assert returned == sorted(returned, key=order)
    assert len({log["id"] for log in returned}) == len(returned)


def count_calls(write: Callable[..., bytes], counts: list[int]) -> Callable[..., bytes]:
    """Wrap a method to count its calls."""

    def write_and_count(*arguments: Any) -> bytes:
        counts.append(1)
        return write(*arguments)

    return write_and_count


@settings(max_examples=50)
@given(batches, st.integers(0, 40), st.integers(0, 400), filters(LOGS))
def test_page_writes_only_its_own_logs(
    posted: list[Posts], limit: int, offset: int, criteria: Filter
) -> None:
    """A page writes no more logs than it shows, whatever its offset is."""
    written: list[int] = []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LogRenderer, "log", count_calls(LogRenderer.log, written))
        patch.setattr(PostWriter, "log", count_calls(PostWriter.log, written))
        store = store_with(*posted, history=make_history(logs=300))
        shown = read_page(store.find(criteria, Page(limit, offset)))

    assert len(written) == len(shown) <= limit


@pytest.mark.parametrize(
    "log_id",
    [
        "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197",
        "00000000-0000-0000-0000-000000000000",
        LOGS[0]["resource_id"],
        HISTORY.ids.uuid(Kind.LOG, len(LOGS)),
        HISTORY.ids.uuid(Kind.POSTED_LOG, 0),
    ],
)
def test_unknown_cursor_is_rejected(log_id: str) -> None:
    """An unknown `after_id` is rejected, also if nothing matches."""
    with pytest.raises(LogNotFoundError) as caught:
        open_store(HISTORY).find(Filter((("action", "none"),)), Page(1, after=log_id))

    assert caught.value.log_id == log_id


@pytest.mark.parametrize("position", [0, 9, 10, 300])
def test_cursor_ignores_letter_case(position: int) -> None:
    """A cursor works in either letter case, also of a posted log."""
    store = store_with([(new_log(time=TIMES[10]), BuiltinUser.OWNER)])
    after = find(store)[position]["id"]

    assert find(store, page=Page(3, after=after.upper())) == find(store, page=Page(3, after=after))


def test_future_log_id_is_no_cursor() -> None:
    """The id of the next posted log is unknown until the log is posted."""
    store = store_with([(new_log(), BuiltinUser.OWNER)])
    cursor = Page(1, after=HISTORY.ids.uuid(Kind.POSTED_LOG, 1))
    with pytest.raises(LogNotFoundError):
        store.find(Filter(), cursor)

    store.add(new_log(), BuiltinUser.OWNER)

    assert store.find(Filter(), cursor).count == len(LOGS) + 2


def test_posted_log_is_found_at_once() -> None:
    """The next search counts and returns a posted log."""
    store = open_store(HISTORY)
    criteria = Filter((("resource_id", "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"),))
    counts = []
    for _ in range(3):
        counts.append(store.find(criteria, ALL).count)
        store.add(new_log(resource_id="cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"), BuiltinUser.OWNER)

    assert counts == [0, 1, 2]


def test_stores_are_independent() -> None:
    """A log posted to one store is in no other store on the same history."""
    store_with([(new_log(), BuiltinUser.OWNER)])

    assert find(open_store(HISTORY)) == LOGS


def test_started_page_is_a_snapshot() -> None:
    """A page that is read while logs are posted has the logs from its start."""
    store = open_store(make_history(logs=600))
    before = find(store)
    found = store.find(Filter(), ALL)
    first = next(found.blocks)
    store.add(new_log(time=TIMES[0]), BuiltinUser.OWNER)

    assert len(first) + sum(map(len, found.blocks)) == found.count == len(before)
