"""Rules of scenario files: what they say is what a world begins with, and what is wrong has its place."""

import json
import random
from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from histories import NOW

from auditmock.editions import DOCUMENTED, open_edition
from auditmock.fixtures.marks import read_marked
from auditmock.fixtures.people import Holder
from auditmock.fixtures.readings import RecordsError
from auditmock.fixtures.scenario import (
    SCHEMA,
    SHIPPED,
    Scenario,
    ScenarioReader,
    find_holder,
    read_scenarios,
)
from auditmock.fixtures.stage import Stage, check_scenario, outline_history, set_stage
from auditmock.instants import HOUR, parse_instant

DATA = Path(__file__).parents[1] / "data"
ERRORS: Mapping[str, Mapping[str, str]] = yaml.safe_load((DATA / "scenario_errors.yaml").read_text())
CONTRACT = open_edition(DOCUMENTED)
READER = ScenarioReader(CONTRACT)
UNTIL = parse_instant("2026-01-01T00:00:00Z")
MUTANTS = 2000


def read(text: str, name: str = "mine", reader: ScenarioReader = READER) -> Scenario:
    """Read a scenario."""
    return reader.understand(name, read_marked("mine.yaml", text))


def open_stage(text: str, logs: int = 0, edition: str = DOCUMENTED) -> Stage:
    """Set the stage of a scenario, its history of so many logs."""
    contract = open_edition(edition)
    scenario = read(text, reader=ScenarioReader(contract))
    return set_stage(scenario, contract, outline_history(scenario, lambda: NOW)._replace(logs=logs))


def logs_of(text: str, edition: str = DOCUMENTED) -> list[dict[str, Any]]:
    """Give the logs a scenario writes."""
    base = open_stage("summary: x\n" + text, edition=edition).desk.bases[-1]
    return [json.loads(base.log(position)) for position in range(len(base))]


@pytest.mark.parametrize("case", ERRORS)
def test_what_is_wrong_has_its_place(case: str) -> None:
    """Each mistake is one short line with file, line, and what would be right."""
    with pytest.raises(RecordsError) as refused:
        check_scenario(read(ERRORS[case]["file"]), CONTRACT, lambda: NOW)

    assert str(refused.value).startswith("mine.yaml, line ")
    assert ERRORS[case]["says"] in str(refused.value)
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("file", "reason"), [("My File.yaml", "is no name of a scenario"), ("no.yaml", "cannot read")]
)
def test_a_file_is_read_by_its_name(file: str, reason: str, tmp_path: Path) -> None:
    """The name of a file is that of its scenario; one that cannot be read is named."""
    with pytest.raises(RecordsError, match=reason):
        READER.read(tmp_path / file)


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    """The line of the first bad byte is named."""
    (tmp_path / "mine.yaml").write_bytes(b"summary: x\ntoken: \xff")

    with pytest.raises(RecordsError, match=r"mine\.yaml, line 2: not UTF-8"):
        READER.read(tmp_path / "mine.yaml")


def test_depth_has_an_end() -> None:
    """However deep a file is nested, it is refused, and no process crashes."""
    with pytest.raises(RecordsError, match="nested too deep"):
        read("[" * 300_000)


def mutate(text: str, dice: random.Random) -> str:
    """Change a text in a few places: parts dropped, doubled, swapped, or replaced by what means something."""
    words = [
        "null",
        "-1",
        "1e9",
        "[",
        "}",
        ": ",
        "\n",
        "  ",
        "'",
        "- ",
        "&a ",
        "*a",
        "all",
        "\t",
        "{}",
        "-9h",
        "\x00",
    ]
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(text) + 1)
        end = min(len(text), start + dice.randint(0, 12))
        other = dice.choice(
            [*words, text[end : end + 9], text[start:end] * 2, chr(dice.randrange(32, 0x2FF))]
        )
        text = text[:start] + other + text[end:]
    return text


def test_a_mutated_file_is_refused_or_opens() -> None:
    """Whatever becomes of a shipped file, it is refused with file and line, or its logs can be written."""
    dice = random.Random(5)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.yaml"))]
    # the great diff of the hostile one adds nothing but time
    texts = [text if len(text) < 20_000 else text[:6000] for text in texts]
    refused = []
    for number in range(MUTANTS):
        try:
            check_scenario(read(mutate(texts[number % len(texts)], dice)), CONTRACT, lambda: NOW)
        except RecordsError as error:
            refused.append(str(error))

    assert MUTANTS / 10 < len(refused) < MUTANTS
    assert [reason for reason in refused if not reason.startswith("mine.yaml, line ")] == []


def test_the_callers_are_the_holders() -> None:
    """The schema knows every holder of a token, and nobody else."""
    schema = yaml.safe_load(SCHEMA.read_text())
    named = [
        schema["properties"]["caller"]["enum"],
        schema["$defs"]["person"]["properties"]["in_place_of"]["enum"],
    ]

    assert [[find_holder(name) for name in names] for names in named] == [list(Holder)] * 2


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("-2h", UNTIL - 2 * HOUR),
        ("-3d12h", UNTIL - 84 * HOUR),
        ("+1h", UNTIL + HOUR),
        ("2025-12-24", parse_instant("2025-12-24T00:00:00Z")),
        ("2025-12-24T12:00:00+02:00", parse_instant("2025-12-24T10:00:00Z")),
    ],
)
def test_times_are_relative_or_not(time: str, instant: int) -> None:
    """A time is one of RFC 3339, a date, or a span before or after the end of the history."""
    (log,) = logs_of(f"logs: [{{time: '{time}'}}]")

    assert parse_instant(log["time"]) == instant


def test_logs_without_times_stand_in_order() -> None:
    """The log that stands first in a file is the newest."""
    logs = logs_of("logs: [{resource_target: a}, {resource_target: b}, {resource_target: c}]")

    assert [log["resource_target"] for log in logs] == ["a", "b", "c"]


def test_a_log_is_repeated() -> None:
    """`repeat` writes a log several times, each so much later, with ids and names of its own."""
    logs = logs_of("logs: [{time: -1h, resource_target: 'x-<n>', repeat: {times: 3, every: 10m}}]")

    assert [log["resource_target"] for log in logs] == ["x-3", "x-2", "x-1"]
    assert [log["time"][11:16] for log in logs] == ["23:20", "23:10", "23:00"]
    assert len({log["id"] for log in logs}) == len({log["resource_id"] for log in logs}) == 3


def test_logs_of_one_target_are_about_one_resource() -> None:
    """The same type and target have the same id; once deleted, all its logs say so."""
    logs = logs_of(
        "logs:\n"
        "  - {resource_type: workspace, resource_target: a}\n"
        "  - {resource_type: workspace, resource_target: a, action: delete}\n"
        "  - {resource_type: workspace, resource_target: b, action: delete, status_code: 403}\n"
    )

    assert logs[0]["resource_id"] == logs[1]["resource_id"] != logs[2]["resource_id"]
    assert [(log["is_deleted"], log["resource_link"][:2]) for log in logs] == [
        (True, ""),
        (True, ""),
        (False, "/@"),
    ]


def test_what_is_said_stands() -> None:
    """Every field that a file gives is shown as given."""
    given = {
        "id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197",
        "request_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5198",
        "time": "2025-12-24T10:00:00.5Z",
        "organization_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5199",
        "ip": "::1",
        "user_agent": "curl",
        "resource_type": "group",
        "resource_id": "cff22a7b-bb6f-43d8-83e1-eefe0a1f5190",
        "resource_target": "crew",
        "resource_icon": "/icon.svg",
        "action": "delete",
        "diff": {"name": {"old": "a", "secret": False}},
        "status_code": 299,
        "additional_fields": {"a": [1]},
        "description": "gone",
        "resource_link": "/there",
        "is_deleted": True,
        "user": None,
    }

    assert logs_of("logs: " + json.dumps([given])) == [given]


def test_people_are_introduced() -> None:
    """Logs name people of the file, holders of tokens, whoever takes their place, or nobody."""
    logs = logs_of(
        "people:\n"
        "  - {username: mallory, email: m@example.org, roles: [auditor], status: suspended}\n"
        "  - {in_place_of: member, username: bob}\n"
        "logs: [{user: mallory}, {user: bob}, {user: member}, {user: auditor}, {user: null}]\n"
    )

    assert logs[0]["user"]["email"] == "m@example.org"
    assert logs[0]["user"]["roles"] == [{"name": "auditor", "display_name": "Auditor"}]
    assert logs[1]["user"] == logs[2]["user"]
    assert [log["user"] and log["user"]["username"] for log in logs[1:3]] == ["bob", "bob"]
    assert logs[3]["user"]["roles"][0]["name"] == "auditor"
    assert logs[4]["user"] is None


def test_who_takes_a_holders_place_has_the_token() -> None:
    """The cast has the person of the file, and the history tells of them under their name."""
    stage = open_stage(
        "summary: x\n"
        "people: [{in_place_of: owner, username: bob, email: b@example.org, name: Bob, roles: []}]\n",
        500,
    )
    owner, history = stage.cast[Holder.OWNER], stage.desk.history
    by_name = [list(history.select(*each)) for each in (("username", "bob"), ("email", "b@example.org"))]

    assert (owner.username, owner.email, owner.name, owner.roles) == ("bob", "b@example.org", "Bob", ())
    assert by_name[0] == by_name[1] != []
    assert json.loads(history.log(by_name[0][0]))["user"]["username"] == "bob"


def test_what_an_edition_has_no_word_for_is_left_out() -> None:
    """A log with a word of another edition is left out where there is none; the others stay."""
    text = "logs: [{resource_type: license}, {resource_type: user}]"
    told = {
        edition: [log["resource_type"] for log in logs_of(text, edition)] for edition in (DOCUMENTED, "v2.35")
    }

    assert told == {DOCUMENTED: ["user"], "v2.35": ["license", "user"]}


def test_each_is_a_product() -> None:
    """`each` writes one log for each combination, `all` being what the edition has."""
    logs = logs_of("logs: [{each: {action: [all], resource_type: [user, group], status_code: [200, 500]}}]")

    assert sorted((log["action"], log["resource_type"], log["status_code"]) for log in logs) == sorted(
        product(CONTRACT.enum("AuditAction"), ("user", "group"), (200, 500))
    )


@cache
def shipped() -> Mapping[str, Scenario]:
    """Read the shipped scenarios."""
    return read_scenarios(CONTRACT)


def test_a_folder_adds_and_replaces(tmp_path: Path) -> None:
    """A folder's scenarios stand beside the shipped ones, or in the place of one."""
    (tmp_path / "mine.yaml").write_text("summary: mine")
    (tmp_path / "empty.yaml").write_text("summary: another\ntoken: Empty00000")
    scenarios = read_scenarios(CONTRACT, str(tmp_path))

    assert scenarios.keys() == shipped().keys() | {"mine"}
    assert (scenarios["mine"].token, scenarios["empty"].summary) == ("Mine000000", "another")


def test_a_token_is_of_one_scenario(tmp_path: Path) -> None:
    """Two scenarios cannot have the same token."""
    (tmp_path / "mine.yaml").write_text("summary: mine\ntoken: Empty00000")

    with pytest.raises(RecordsError, match="line 2, column 1: Empty00000 is the token of empty; give this"):
        read_scenarios(CONTRACT, str(tmp_path))


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    """A folder that has none is most likely the wrong one."""
    with pytest.raises(RecordsError, match="no scenario is there"):
        read_scenarios(CONTRACT, str(tmp_path))
