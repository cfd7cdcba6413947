"""Logs of data files in the form of Coder's releases (reference 10.3, 10.4)."""

import io
import json
from typing import Any

import pytest
from histories import Log, decode, make_history

from auditmock.fixtures.history.tracked_fields import FIELDS
from auditmock.fixtures.importing.reader import LogLocation, RawRecord
from auditmock.fixtures.importing.validate import LogValidator
from auditmock.fixtures.store.imported import read_records
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

CODER_RELEASES = [release for release in list_releases() if release != DOCUMENTED]
LOCATION = LogLocation("test", 1, 1)
every_coder_release = pytest.mark.parametrize("release", CODER_RELEASES)


def served(release: str, **changes: Any) -> str:
    """Return the text that is served for a log of a data file."""
    contract = open_release(release)
    log: Log = decode(make_history(logs=1, contract=contract))[0] | changes
    records = read_records(["-"], io.BytesIO(json.dumps([log]).encode()), contract)
    return records.log(0).decode()


@every_coder_release
def test_logs_of_a_server_are_served_unchanged(release: str) -> None:
    """Logs of the release's own history, read from a file, are served byte for byte."""
    contract = open_release(release)
    history = make_history(logs=3000, contract=contract)
    validator = LogValidator(contract)
    rows = [history.log(position) for position in range(len(history))]

    assert [validator.validate(RawRecord(LOCATION, json.loads(row))).text for row in rows] == rows


@every_coder_release
def test_diff_is_normalized_like_go(release: str) -> None:
    """A diff is sorted, without nulls, with numbers as floats, and secrets of bytes are empty."""
    diff = {
        "b": {"secret": False, "new": None, "old": 9007199254740993},
        "a": {"secret": False, "new": {"d": 10**400, "c": 1.0}},
        "hashed_password": {"secret": True, "new": "", "old": ""},
    }
    shown = (
        '"diff":{"a":{"new":{"c":1,"d":null},"secret":false},"b":{"old":9007199254740992,"secret":false},'
        '"hashed_password":{"secret":true}},'
    )

    assert shown in served(release, diff=diff)


def test_documented_release_keeps_diffs() -> None:
    """The documented release serves a diff unchanged."""
    diff = '{"b":{"secret":false,"old":9007199254740993},"a":{"new":1.50,"old":"","secret":false}}'

    assert f'"diff":{diff.replace("1.50", "1.5")},' in served(DOCUMENTED, diff=json.loads(diff))


@every_coder_release
@pytest.mark.parametrize("fields", [{"workspaceName": 5, "workspace_name": 5}, [1], "x", 7, True])
def test_invalid_additional_fields_are_replaced(release: str, fields: Any) -> None:
    """Additional fields that the server cannot decode are served as the contract's `x-unfit`."""
    unfit = open_release(release).schema("AuditLog")["properties"]["additional_fields"]["x-unfit"]
    text = json.dumps(unfit, separators=(",", ":"))

    assert f'"additional_fields":{text},' in served(release, additional_fields=fields)


@every_coder_release
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (None, "null"),
        ({"workspaceName": None, "workspace_name": None}, '{"workspaceName":null,"workspace_name":null}'),
        ({"aa": 10**30, "b": 1}, '{"b":1,"aa":1000000000000000000000000000000}'),
    ],
)
def test_valid_additional_fields_are_kept(release: str, fields: Any, text: str) -> None:
    """Valid additional fields, including null, are kept, with names in PostgreSQL's order."""
    assert f'"additional_fields":{text},' in served(release, additional_fields=fields)


@every_coder_release
def test_secrets_of_bytes_match_the_contract(release: str) -> None:
    """`x-bytes` lists the secret fields whose zero value is omitted."""
    contract = open_release(release)
    types = set(contract.enum("ResourceType"))
    fields = {
        name
        for kind in types & set(FIELDS)
        for name, field in FIELDS[kind].items()
        if field.secret and field.zero is None
    }

    assert {*contract.schema("AuditDiffField")["x-bytes"]} == fields
