"""Logs of data files: how they are read, rejected and searched."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditmock.core.models import Filter, NewLog, Page
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.history.history import History
from auditmock.fixtures.history.history_config import HistoryConfig
from auditmock.fixtures.importing.reader import InputFileError
from auditmock.fixtures.store.imported import RecordSegment, read_records
from auditmock.fixtures.store.post_writer import PostWriter
from auditmock.fixtures.store.store import Store
from auditmock.openapi.contract import load_contract

Log = dict[str, Any]

CONTRACT = load_contract()
UNTIL = parse_timestamp("2026-01-01T00:00:00Z")
HISTORY = History(HistoryConfig(5, 120, UNTIL), CONTRACT)
LOGS: list[Log] = [json.loads(HISTORY.log(position)) for position in range(len(HISTORY))]


def read(*texts: str, tmp_path: Path) -> RecordSegment:
    """Write files and read them."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(text, encoding="utf-8")
    return read_records([str(path) for path in paths], io.BytesIO(), CONTRACT)


def decode_all(records: RecordSegment) -> list[Log]:
    """Decode every log."""
    return [json.loads(records.log(position)) for position in range(len(records))]


def read_error(text: str, tmp_path: Path) -> str:
    """Read an invalid file and return the error, without its path."""
    with pytest.raises(InputFileError) as caught:
        read(text, tmp_path=tmp_path)
    return str(caught.value).replace(str(tmp_path / "0.json"), "FILE")


FORMATS = {
    "body": json.dumps({"audit_logs": LOGS, "count": 120}),
    "indented body": json.dumps({"count": 120, "more": [{}], "audit_logs": LOGS}, indent=2),
    "array": json.dumps(LOGS),
    "lines": "\n".join(json.dumps(log) for log in LOGS),
    "lines of bodies": "\n".join(json.dumps({"audit_logs": [log], "count": 1}) for log in LOGS),
    "shuffled": json.dumps(LOGS[60:] + LOGS[:60]),
    "with a byte order mark": "\ufeff" + json.dumps(LOGS),
}


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_is_read(format_name: str, tmp_path: Path) -> None:
    """The same logs in any format give the same list, newest first."""
    assert decode_all(read(FORMATS[format_name], tmp_path=tmp_path)) == LOGS


def test_dash_reads_standard_input() -> None:
    """`-` reads standard input."""
    records = read_records(["-"], io.BytesIO(FORMATS["array"].encode()), CONTRACT)

    assert decode_all(records) == LOGS


def test_duplicate_logs_are_served_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A log in two files is served once, and a message says so."""
    records = read(json.dumps(LOGS[:80]), json.dumps(LOGS[60:]), tmp_path=tmp_path)

    assert decode_all(records) == LOGS
    assert "ignored duplicate logs in the data: 20" in caplog.text


def test_unknown_fields_are_kept(tmp_path: Path) -> None:
    """Fields that the contract does not have are served unchanged."""
    log = LOGS[0] | {"organization": {"name": "über"}, "big": 10**30}

    assert decode_all(read(json.dumps([log]), tmp_path=tmp_path)) == [log]


def test_empty_list_is_accepted(tmp_path: Path) -> None:
    """A body without logs is accepted."""
    assert len(read('{"audit_logs": [], "count": 0}', tmp_path=tmp_path)) == 0


def make_lines(**changes: Any) -> str:
    """Write three logs, one per line, the last one changed."""
    return "\n".join(json.dumps(log) for log in [*LOGS[:2], LOGS[2] | changes])


_UUID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
_WRITTEN = 'must be in UTC, end in "Z" and have at most six fractional digits'
_NO_LOG = 'expected a log or a response with "audit_logs"; got'
_FIRST = "FILE, value starting in line 1"
_TWICE = 'duplicate name "a" in an object'
_OTHER_ACTION = 'action: "login" is not one of create, write, delete, start, stop'
_OVERFLOW = 'time: "0001-01-01T00:00:00+01:00" is outside the years 1 to 9999 in UTC'

INVALID_FILES = {
    "nothing": ("", "FILE is empty; expected logs or a response of GET /api/v2/audit"),
    "broken": (
        '[{"a": 1}\n',
        (
            "FILE, line 2, column 1: invalid JSON (Expecting ',' delimiter); "
            "expected a response body, a JSON array or NDJSON"
        ),
    ),
    "number": ("[]\n7", f"FILE, line 2, log 1: {_NO_LOG} 7"),
    "no list": ('\n{"audit_logs": 5}', 'FILE, line 2: "audit_logs" must be an array of logs'),
    "NaN": ('{"a": NaN}', f"{_FIRST}: NaN is not valid JSON"),
    "twice": ('{"a": 1, "a": 2}', f"{_FIRST}: {_TWICE}"),
    "deep": ("[" * 100_000, f"{_FIRST}: nested too deeply"),
    "enum": (make_lines(action="login"), f"FILE, line 3, log 3, {_OTHER_ACTION}"),
    "uuid": (
        make_lines(id="x"),
        f'FILE, line 3, log 3, id: "x" is not a "uuid"; expected a UUID such as {_UUID}',
    ),
    "another zone": (
        make_lines(time="2024-05-06T01:30:00+02:00"),
        f'FILE, line 3, log 3, time: "2024-05-06T01:30:00+02:00" {_WRITTEN}',
    ),
    "a finer fraction": (
        make_lines(time="2024-05-05T23:59:59.9999999Z"),
        f'FILE, line 3, log 3, time: "2024-05-05T23:59:59.9999999Z" {_WRITTEN}',
    ),
    "null before": (
        make_lines(diff={"name": {"old": None, "new": "x", "secret": False}}),
        "FILE, line 3, log 3, diff.name.old: must not be null; omit it",
    ),
    "a secret shown": (
        make_lines(diff={"password": {"old": "", "new": "hunter2", "secret": True}}),
        'FILE, line 3, log 3, diff.password.new: the field is secret, so it must be "" or omitted',
    ),
    "no log": ('{"message": "Not found."}', f'FILE, line 1, log 1: {_NO_LOG} {{"message":"Not found."}}'),
    "digits": ('{"a": ' + "9" * 5000 + "}", f"{_FIRST}: a number of 5000 digits is too long"),
    "infinite": ('{"a": 1e999}', f"{_FIRST}: the number 1e999 is too large for 64 bits"),
    "missing": (make_lines(user={}), 'FILE, line 3, log 3, user: "id" is a required property'),
    "overflow": (make_lines(time="0001-01-01T00:00:00+01:00"), f"FILE, line 3, log 3, {_OVERFLOW}"),
    "surrogate": (
        make_lines(resource_target="\ud800"),
        "FILE, line 3, log 3: contains an unpaired surrogate",
    ),
}


@pytest.mark.parametrize(("text", "reason"), INVALID_FILES.values(), ids=INVALID_FILES)
def test_invalid_file_is_rejected_with_its_location(text: str, reason: str, tmp_path: Path) -> None:
    """The error names file, line, log, field and problem."""
    assert read_error(text, tmp_path) == reason


def test_duplicate_id_is_rejected(tmp_path: Path) -> None:
    """Another log with a used id is rejected, with both locations."""
    text = "\n".join(json.dumps(log) for log in [LOGS[0], LOGS[1] | {"id": LOGS[0]["id"].upper()}])

    assert read_error(text, tmp_path) == (
        f"FILE, line 2, log 2: a different log has the ID {LOGS[0]['id']}: FILE, line 1, log 1"
    )


def test_true_and_1_differ(tmp_path: Path) -> None:
    """`true` and `1` are different values, though equal in Python."""
    log = LOGS[0] | {"additional_fields": {"a": 1}}
    text = json.dumps([log, log | {"additional_fields": {"a": True}}])

    assert "a different log has the ID" in read_error(text, tmp_path)


def test_order_of_fields_is_ignored(tmp_path: Path) -> None:
    """A log that is repeated with another order of fields is the same log."""
    assert len(read(json.dumps([LOGS[0], dict(reversed(LOGS[0].items()))]), tmp_path=tmp_path)) == 1


def test_error_is_one_short_line(tmp_path: Path) -> None:
    """The error is short and printable for any value."""
    reason = read_error(make_lines(id="\x1b[2J\n" + "x" * 100_000), tmp_path)

    assert reason.isprintable()
    assert len(reason) < 500


@pytest.mark.parametrize(("path", "reason"), [("nowhere.json", "no such file"), (".", "is a directory")])
def test_unreadable_file_is_reported(path: str, reason: str, tmp_path: Path) -> None:
    """The error names the file and the system's reason."""
    with pytest.raises(InputFileError, match=f"cannot read .*: {reason}"):
        read_records([str(tmp_path / path)], io.BytesIO(), CONTRACT)


def test_invalid_utf8_is_rejected(tmp_path: Path) -> None:
    """The error names the line of the first invalid byte."""
    (tmp_path / "0.json").write_bytes(b'{\n"a": "\xff"}')

    with pytest.raises(InputFileError, match="line 2: not UTF-8; save it as UTF-8"):
        read_records([str(tmp_path / "0.json")], io.BytesIO(), CONTRACT)


RECORDS = read_records(["-"], io.BytesIO(json.dumps(LOGS).encode()), CONTRACT)


def make_store() -> Store:
    """Make a store with the records, like `--data`."""
    users = History(HistoryConfig(5, 0, UNTIL), CONTRACT)
    writer = PostWriter(
        users, (RECORDS,), users.descriptions, CONTRACT.enum("AuditAction"), CONTRACT.enum("ResourceType")
    )
    return Store(writer, lambda: UNTIL)


def find_page(store: Store, wanted: Filter, page: Page) -> list[Log]:
    """Decode one page."""
    return [json.loads(log) for block in store.find(wanted, page).blocks for log in block]


KEYS = [key for key in CONTRACT.search.keys.values() if key.type != "date"]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_search_matches_a_linear_scan(key: Any) -> None:
    """For every key and value, the store finds the same logs as a linear scan."""
    store = make_store()

    for value in {key.value_in(log).lower() for log in LOGS} - {""}:
        expected = [log for log in LOGS if key.value_in(log).lower() == value]
        assert find_page(store, Filter(((key.name, value),)), Page(1000)) == expected


def test_unknown_value_finds_nothing() -> None:
    """A value that no log has finds nothing."""
    assert find_page(make_store(), Filter((("username", "nobody"),)), Page(10)) == []


def test_cursor_works_on_records() -> None:
    """A page after a cursor is the rest of the list, in either letter case of the id."""
    page = Page(1000, 0, LOGS[29]["id"].upper())

    assert find_page(make_store(), Filter(), page) == LOGS[30:]


def test_posted_log_is_sorted_by_time() -> None:
    """A posted log is sorted by time among the records."""
    store = make_store()
    store.add(NewLog("create", "user", None, parse_timestamp(LOGS[50]["time"]) + 1, "", ""), 0)

    listed = find_page(store, Filter(), Page(1000))
    assert [log["id"] for log in listed[:50]] == [log["id"] for log in LOGS[:50]]
    assert listed[50]["diff"] == {"foo": {"old": "bar", "new": "baz", "secret": False}}


def post_about(resource: Mapping[str, Any]) -> tuple[bool, str]:
    """Post a log about a resource; return its deletion state and link."""
    store = make_store()
    store.add(NewLog("write", resource["resource_type"], resource["resource_id"], None, "", ""), 0)
    log = find_page(store, Filter(), Page(1))[0]
    return log["is_deleted"], log["resource_link"]


def test_posted_log_has_the_recorded_deletion_state() -> None:
    """The newest record of a resource decides whether a posted log shows it as deleted."""
    workspaces = [log for log in LOGS if log["resource_type"] == "workspace"]

    for log in workspaces[:10]:
        newest = next(each for each in LOGS if each["resource_id"] == log["resource_id"])
        assert post_about(log)[0] == newest["is_deleted"]


def test_posted_log_links_to_the_recorded_owner() -> None:
    """The link of a posted log has the owner from the recorded link."""
    existing = next(log for log in LOGS if log["resource_type"] == "workspace" and not log["is_deleted"])
    owner = existing["resource_link"].split("/")[1]

    assert post_about(existing)[1].startswith(f"/{owner}/")
