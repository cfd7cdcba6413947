"""Insertion: complete logs added to a world are found like its other logs."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from histories import CONTRACT, FIELD_OF_KEY, NO_VALUE, Log, decode, find, make_history, new_log, open_store
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.core.models import Filter, Page
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.importing.reader import LogLocation, RawRecord
from auditmock.fixtures.importing.validate import LogValidator, Record
from auditmock.fixtures.store.store import LogExistsError, Store
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

NOTHING = make_history(logs=0)
LOGS = decode(make_history(seed=2, logs=200))
VALIDATOR = LogValidator(CONTRACT)


def validate(logs: Sequence[Log], validator: LogValidator = VALIDATOR) -> list[Record]:
    """Make records of logs."""
    return [
        validator.validate(RawRecord(LogLocation("test", 1, number), log))
        for number, log in enumerate(logs, 1)
    ]


RECORDS = validate(LOGS)


def insert_in_parts(cuts: Sequence[int]) -> Store:
    """Insert all records in several calls, the last part first."""
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
    """Inserted logs are found by every key, in order and after any cursor, however they are split."""
    store = insert_in_parts(cuts)
    value = FIELD_OF_KEY[key](log).lower()
    is_filtered = value not in ("", NO_VALUE)
    expected = [each for each in LOGS if FIELD_OF_KEY[key](each).lower() == value or not is_filtered]

    assert find(store, Filter(((key, value),)) if is_filtered else Filter()) == expected
    assert find(store, Filter(), Page(200, 0, LOGS[after]["id"])) == LOGS[after + 1 :]


def test_known_logs_are_not_inserted_again() -> None:
    """A log that is already present is not inserted again."""
    history = make_history(logs=50)
    store = open_store(history)
    store.add(new_log(), BuiltinUser.OWNER)
    known = find(store)
    store.insert(RECORDS[:5])

    assert store.insert([*validate(known), *RECORDS[:6], *RECORDS[:6]]) == 1
    assert (len(store), store.posted) == (57, 7)


@pytest.mark.parametrize("location", [0, 1, 50, 51])
def test_different_log_with_a_used_id_is_rejected(location: int) -> None:
    """A different log with a used id is rejected, and nothing is inserted."""
    store = open_store(make_history(logs=50))
    store.add(new_log(), BuiltinUser.OWNER)
    store.insert(RECORDS[:1])
    log = {**find(store)[location], "status_code": 418}

    with pytest.raises(LogExistsError) as caught:
        store.insert([*RECORDS, *validate([log])])

    assert (caught.value.log_id, len(store)) == (log["id"], 52)


def test_posted_log_uses_inserted_state() -> None:
    """A posted log shows the deletion state and link of inserted logs of its resource."""
    deleted = next(log for log in LOGS if log["resource_type"] == "workspace" and log["is_deleted"])
    existing = {**deleted, "is_deleted": False, "resource_link": "/@somebody/here"}
    store = open_store(NOTHING)
    store.add(new_log(resource_type="workspace", resource_id=deleted["resource_id"]), BuiltinUser.OWNER)
    before = find(store)[0]["is_deleted"]
    store.insert(validate([existing]))

    after = json.loads(next(iter(store.find(Filter(), Page(1)).blocks))[0])
    assert (before, after["is_deleted"], after["resource_link"][:11]) == (True, False, "/@somebody/")


@pytest.mark.parametrize("release", list_releases())
def test_log_is_escaped_like_its_release(release: str) -> None:
    """HTML characters are escaped as in the release, and decode to the same text."""
    text = "<b>&\N{LINE SEPARATOR}"
    (record,) = validate(
        [{**LOGS[0], "resource_target": text, "user": None}], LogValidator(open_release(release))
    )

    assert json.loads(record.text)["resource_target"] == text
    assert (b"<" in record.text) == (release == DOCUMENTED)
