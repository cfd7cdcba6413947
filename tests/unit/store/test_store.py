"""Rules of the store: a search answers as one over a plain list of all logs, whatever was posted when."""

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

from auditmock.core.errors import ApiError
from auditmock.core.models import Filter, NewLog, Page
from auditmock.core.timestamps import DAY, parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.ids import Kind
from auditmock.fixtures.history.log_renderer import LogRenderer
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.store import Store

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
"""Of a walk: how many logs a page shows, and what is posted before the next."""
Steps = list[tuple[int, Posts]]


def repeat_post(post: tuple[NewLog, BuiltinUser], times_over: int, stride: int) -> Posts:
    """Repeat a post, each a stride later; without a time, each at the time of posting."""
    new, caller = post
    if new.time is None:
        return [post] * times_over
    return [(new._replace(time=new.time + number * stride), caller) for number in range(times_over)]


bunches = st.lists(
    st.builds(
        repeat_post, one_post, st.sampled_from([1, 2, 65, 300]), st.sampled_from([0, 1, -DAY, 7 * DAY])
    ),
    max_size=4,
)
"""What is posted between searches: few logs wait in a list, more become a segment, many remain one."""


def pairs(log: Log) -> list[tuple[str, str]]:
    """List what a log can be found by."""
    return [(key, look(log).lower()) for key, look in FIELD_OF_KEY.items() if look(log) != NO_VALUE]


def filters(logs: Sequence[Log]) -> st.SearchStrategy[Filter]:
    """Filter by what some log has, or by anything, between times or not."""
    of_a_log = st.sampled_from(logs).flatmap(lambda log: st.lists(st.sampled_from(pairs(log)), max_size=2))
    of_any = st.lists(st.sampled_from(SEARCHES), max_size=2)
    return st.builds(
        Filter,
        equal=(of_a_log | of_any).map(tuple),
        since=st.none() | times,
        until=st.none() | times,
    )


def fill(store: Store, posted: Posts) -> None:
    """Post logs."""
    for new, caller in posted:
        store.add(new, caller)


def store_with(*posted: Posts, history: History = HISTORY) -> Store:
    """Open a store on a history and post bunches of logs, with a search after each."""
    store = open_store(history)
    for bunch in posted:
        fill(store, bunch)
        store.find(Filter(), Page(0))
    return store


@settings(max_examples=150)
@given(bunches, st.integers(1, 450), st.integers(0, 450), st.data())
def test_a_page_is_that_of_a_plain_list(
    posted: list[Posts], limit: int, offset: int, data: st.DataObject
) -> None:
    """Count and page are those of filtering, sorting and slicing a list of all logs; so is any cursor's."""
    store = store_with(*posted)
    logs = find(store)
    wanted = data.draw(filters(logs))
    after = data.draw(st.none() | st.sampled_from(logs))
    page = Page(limit, offset, None if after is None else after["id"])

    found = store.find(wanted, page)

    matches = search(logs, wanted)
    expected = cut_page(matches, page, after)
    assert (found.count, found.shown, read_page(found)) == (len(matches), len(expected), expected)


@settings(max_examples=40)
@given(bunches)
def test_all_logs_stand_in_their_order(posted: list[Posts]) -> None:
    """The list has every log of the history and every posted one, newest first, ties by id."""
    logs = find(store_with(*posted))
    known = {log["id"] for log in LOGS}

    assert logs == sorted(logs, key=order)
    assert len({log["id"] for log in logs}) == len(logs) == len(LOGS) + len(list(chain(*posted)))
    assert [log for log in logs if log["id"] in known] == LOGS


@settings(max_examples=40)
@given(bunches)
def test_every_post_is_in_the_list(posted: list[Posts]) -> None:
    """Each posted log stands in the list with what was posted, however many there are."""
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
@given(bunches, steps, filters(LOGS))
def test_a_walk_neither_repeats_nor_skips(posted: list[Posts], walk: Steps, wanted: Filter) -> None:
    """Pages walked by `after_id` while logs are added show each log that was there once, in order."""
    store = store_with(*posted)
    there = search(find(store), wanted)
    walked: list[Log] = []
    after = None
    for limit, others in chain(walk, repeat((100, []))):
        page = read_page(store.find(wanted, Page(limit, after=after)))
        if not page:
            break
        walked += page
        after = page[-1]["id"]
        fill(store, others)

    ids = {log["id"] for log in there}
    assert [log for log in walked if log["id"] in ids] == there
    assert walked == sorted(walked, key=order)
    assert len({log["id"] for log in walked}) == len(walked)


def counted(write: Callable[..., bytes], counts: list[int]) -> Callable[..., bytes]:
    """Count the calls of a function, as a method."""

    def write_and_count(*arguments: Any) -> bytes:
        counts.append(1)
        return write(*arguments)

    return write_and_count


@settings(max_examples=50)
@given(bunches, st.integers(0, 40), st.integers(0, 400), filters(LOGS))
def test_a_page_derives_what_it_shows(posted: list[Posts], limit: int, offset: int, wanted: Filter) -> None:
    """No more logs are written than the page shows, however far in it lies."""
    written: list[int] = []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LogRenderer, "log", counted(LogRenderer.log, written))
        patch.setattr(PostWriter, "log", counted(PostWriter.log, written))
        store = store_with(*posted, history=make_history(logs=300))
        shown = read_page(store.find(wanted, Page(limit, offset)))

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
def test_a_cursor_that_names_no_log_is_refused(log_id: str) -> None:
    """An `after_id` of no log is answered with 404, also where nothing matches."""
    with pytest.raises(ApiError) as refused:
        open_store(HISTORY).find(Filter((("action", "none"),)), Page(1, after=log_id))

    assert refused.value.status == 404
    assert [problem.field for problem in refused.value.validations] == ["after_id"]


@pytest.mark.parametrize("place", [0, 9, 10, 300])
def test_a_cursor_may_be_in_capitals(place: int) -> None:
    """An id is the same in either letter case, a posted log's too."""
    store = store_with([(new_log(time=TIMES[10]), BuiltinUser.OWNER)])
    after = find(store)[place]["id"]

    assert find(store, page=Page(3, after=after.upper())) == find(store, page=Page(3, after=after))


def test_the_next_posted_log_is_no_cursor_yet() -> None:
    """The id of a log that was not posted yet names no log; once it is posted it does."""
    store = store_with([(new_log(), BuiltinUser.OWNER)])
    cursor = Page(1, after=HISTORY.ids.uuid(Kind.POSTED_LOG, 1))
    with pytest.raises(ApiError):
        store.find(Filter(), cursor)

    store.add(new_log(), BuiltinUser.OWNER)

    assert store.find(Filter(), cursor).count == len(LOGS) + 2


def test_a_post_is_seen_at_once() -> None:
    """The very next search counts and shows a posted log, the one before it does not."""
    store = open_store(HISTORY)
    wanted = Filter((("resource_id", "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"),))
    counts = []
    for _ in range(3):
        counts.append(store.find(wanted, ALL).count)
        store.add(new_log(resource_id="cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"), BuiltinUser.OWNER)

    assert counts == [0, 1, 2]


def test_stores_share_nothing() -> None:
    """What is posted to one store is in no other store on the same history."""
    store_with([(new_log(), BuiltinUser.OWNER)])

    assert find(open_store(HISTORY)) == LOGS


def test_a_page_begun_is_finished_as_it_was() -> None:
    """A page that is read while logs are posted shows what was there when it was asked for."""
    store = open_store(make_history(logs=600))
    before = find(store)
    found = store.find(Filter(), ALL)
    first = next(found.blocks)
    store.add(new_log(time=TIMES[0]), BuiltinUser.OWNER)

    assert len(first) + sum(map(len, found.blocks)) == found.count == len(before)
