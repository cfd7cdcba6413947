"""Rules of insertion: complete logs put into one world are found like those that were there."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from histories import CONTRACT, FIELD_OF_KEY, NO_VALUE, Log, decode, find, make_history, new_log, open_store
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.core.errors import ApiError
from auditmock.core.models import Filter, Page
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.importing.reader import LogLocation, RawRecord
from auditmock.fixtures.importing.validate import LogValidator, Record
from auditmock.fixtures.store.store import Store
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

NOTHING = make_history(logs=0)
LOGS = decode(make_history(seed=2, logs=200))
ADMISSION = LogValidator(CONTRACT)


def validate(logs: Sequence[Log], admission: LogValidator = ADMISSION) -> list[Record]:
    """Make records of logs."""
    return [
        admission.validate(RawRecord(LogLocation("test", 1, number), log))
        for number, log in enumerate(logs, 1)
    ]


RECORDS = validate(LOGS)


def insert_in_turns(cuts: Sequence[int]) -> Store:
    """Insert all records, cut into several calls, the last first."""
    store = open_store(NOTHING)
    bounds = [0, *sorted(cuts), len(RECORDS)]
    for start, end in reversed(list(pairwise(bounds))):
        store.insert(RECORDS[start:end])
    return store


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, len(RECORDS)), max_size=8),
    st.sampled_from(LOGS),
    st.sampled_from(list(FIELD_OF_KEY)),
    st.integers(0, len(LOGS) - 1),
)
def test_inserted_logs_are_found(cuts: list[int], log: Log, key: str, after: int) -> None:
    """By every key, in order, and behind any cursor, in however many calls they came."""
    store = insert_in_turns(cuts)
    value = FIELD_OF_KEY[key](log).lower()
    asked = value not in ("", NO_VALUE)
    expected = [each for each in LOGS if FIELD_OF_KEY[key](each).lower() == value or not asked]

    assert find(store, Filter(((key, value),)) if asked else Filter()) == expected
    assert find(store, Filter(), Page(200, 0, LOGS[after]["id"])) == LOGS[after + 1 :]


def test_what_is_known_is_left_alone() -> None:
    """A log that is there to the letter is not inserted once more, from wherever it is known."""
    history = make_history(logs=50)
    store = open_store(history)
    store.add(new_log(), BuiltinUser.OWNER)
    known = find(store)
    store.insert(RECORDS[:5])

    assert store.insert([*validate(known), *RECORDS[:6], *RECORDS[:6]]) == 1
    assert (len(store), store.posted) == (57, 7)


@pytest.mark.parametrize("location", [0, 1, 50, 51])
def test_another_log_of_the_same_id_is_refused(location: int) -> None:
    """Whatever has the id already, posted, of the history or inserted: 409, and nothing is inserted."""
    store = open_store(make_history(logs=50))
    store.add(new_log(), BuiltinUser.OWNER)
    store.insert(RECORDS[:1])
    log = {**find(store)[location], "status_code": 418}

    with pytest.raises(ApiError) as refused:
        store.insert([*RECORDS, *validate([log])])

    assert (refused.value.status, len(store)) == (409, 52)


def test_a_posted_log_knows_what_is_inserted() -> None:
    """A log posted about a resource is gone when an inserted log says so of the resource."""
    gone = next(log for log in LOGS if log["resource_type"] == "workspace" and log["is_deleted"])
    alive = {**gone, "is_deleted": False, "resource_link": "/@somebody/here"}
    store = open_store(NOTHING)
    store.add(new_log(resource_type="workspace", resource_id=gone["resource_id"]), BuiltinUser.OWNER)
    before = find(store)[0]["is_deleted"]
    store.insert(validate([alive]))

    after = json.loads(next(iter(store.find(Filter(), Page(1)).blocks))[0])
    assert (before, after["is_deleted"], after["resource_link"][:11]) == (True, False, "/@somebody/")


@pytest.mark.parametrize("release", list_releases())
def test_a_log_is_written_as_its_release_does(release: str) -> None:
    """Text that means something in HTML is written as each release writes it, and reads as it was."""
    text = "<b>&\N{LINE SEPARATOR}"
    (record,) = validate(
        [{**LOGS[0], "resource_target": text, "user": None}], LogValidator(open_release(release))
    )

    assert json.loads(record.text)["resource_target"] == text
    assert (b"<" in record.text) == (release == DOCUMENTED)
