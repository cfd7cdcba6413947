"""Rules of logs read from files, as deployed releases show them (reference 10.3, 10.4)."""

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

DEPLOYED = [release for release in list_releases() if release != DOCUMENTED]
PLACE = LogLocation("test", 1, 1)
every_deployed = pytest.mark.parametrize("release", DEPLOYED)


def served(release: str, **changes: Any) -> str:
    """Give the text that is served of a log in a data file."""
    contract = open_release(release)
    log: Log = decode(make_history(logs=1, contract=contract))[0] | changes
    records = read_records(["-"], io.BytesIO(json.dumps([log]).encode()), contract)
    return records.log(0).decode()


@every_deployed
def test_what_a_server_wrote_is_served_to_the_byte(release: str) -> None:
    """Logs of the release's own history, read again, are the same bytes: nothing there is put right."""
    contract = open_release(release)
    history = make_history(logs=3000, contract=contract)
    admission = LogValidator(contract)
    rows = [history.log(position) for position in range(len(history))]

    assert [admission.validate(RawRecord(PLACE, json.loads(row))).text for row in rows] == rows


@every_deployed
def test_a_diff_of_a_data_file_is_as_go_writes_it(release: str) -> None:
    """Sorted, old before new before secret, no nulls, numbers as floats, secrets of bytes empty."""
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


def test_the_documented_release_serves_a_diff_as_it_came() -> None:
    """It knows neither Go nor PostgreSQL."""
    diff = '{"b":{"secret":false,"old":9007199254740993},"a":{"new":1.50,"old":"","secret":false}}'

    assert f'"diff":{diff.replace("1.50", "1.5")},' in served(DOCUMENTED, diff=json.loads(diff))


@every_deployed
@pytest.mark.parametrize("fields", [{"workspaceName": 5, "workspace_name": 5}, [1], "x", 7, True])
def test_additional_fields_of_a_data_file_that_do_not_fit_are_replaced(release: str, fields: Any) -> None:
    """What the server could not read it shows as the contract's `x-unfit`."""
    unfit = open_release(release).schema("AuditLog")["properties"]["additional_fields"]["x-unfit"]
    text = json.dumps(unfit, separators=(",", ":"))

    assert f'"additional_fields":{text},' in served(release, additional_fields=fields)


@every_deployed
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (None, "null"),
        ({"workspaceName": None, "workspace_name": None}, '{"workspaceName":null,"workspace_name":null}'),
        ({"aa": 10**30, "b": 1}, '{"b":1,"aa":1000000000000000000000000000000}'),
    ],
)
def test_additional_fields_of_a_data_file_that_fit_are_kept(release: str, fields: Any, text: str) -> None:
    """Null is one of them; names stand as PostgreSQL keeps them, numbers to the digit."""
    assert f'"additional_fields":{text},' in served(release, additional_fields=fields)


@every_deployed
def test_secrets_of_bytes_are_those_of_the_history(release: str) -> None:
    """The contract lists the secret fields whose zero is nothing, as far as the release has their types."""
    contract = open_release(release)
    types = set(contract.enum("ResourceType"))
    fields = {
        name
        for kind in types & set(FIELDS)
        for name, field in FIELDS[kind].items()
        if field.secret and field.zero is None
    }

    assert {*contract.schema("AuditDiffField")["x-bytes"]} == fields
