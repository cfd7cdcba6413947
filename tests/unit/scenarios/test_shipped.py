"""Rules of the scenarios that ship: each keeps every release's contract and shows what it promises."""

import json
from collections import Counter
from functools import cache
from itertools import product
from typing import Any

import jsonschema_rs
import pytest
import yaml
from histories import NOW

from auditmock.core.timestamps import DAY, HOUR, parse_timestamp
from auditmock.fixtures.scenarios.reader import SHIPPED, read_scenarios
from auditmock.fixtures.scenarios.snapshot import Overrides, Snapshot, build_snapshot, configure_history
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

MOST = 2000
"""Logs of a history that are looked at; what is true of them is true of the rest."""
NAMES = [path.stem for path in sorted(SHIPPED.glob("*.yaml"))]
PROMISED = {
    "busy",
    "default",
    "deleted-user",
    "empty",
    "every-kind",
    "first-day",
    "hostile",
    "incident",
    "members-only",
}
Log = dict[str, Any]

every_release = pytest.mark.parametrize("release", list_releases())


@cache
def stage(name: str, release: str = DOCUMENTED) -> Snapshot:
    """Set the stage of a scenario, its history cut short."""
    contract = open_release(release)
    scenario = read_scenarios(contract)[name]
    logs = min(MOST, scenario.history["logs"])
    return build_snapshot(scenario, contract, configure_history(scenario, lambda: NOW, Overrides(logs=logs)))


@cache
def logs_of(name: str, release: str = DOCUMENTED) -> list[Log]:
    """Give all logs, those of the history first."""
    return [
        json.loads(base.log(place))
        for base in stage(name, release).post_writer.bases
        for place in range(len(base))
    ]


def test_all_that_are_promised_ship() -> None:
    """There are these nine, and no other."""
    assert set(NAMES) == PROMISED


@every_release
@pytest.mark.parametrize("name", NAMES)
def test_every_log_keeps_the_contract(name: str, release: str) -> None:
    """Whatever a scenario shows, each log is one of its release's contract."""
    validator = jsonschema_rs.Draft202012Validator(
        open_release(release).json_schema("AuditLog"), validate_formats=True
    )
    wrong = [error.message for log in logs_of(name, release) for error in validator.iter_errors(log)]

    assert wrong == []


@every_release
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_out(name: str, release: str) -> None:
    """The shipped scenarios only use words that every release has."""
    assert read_scenarios(open_release(release))[name].omitted_logs == 0


@pytest.mark.parametrize("release", [release for release in list_releases() if release != DOCUMENTED])
@pytest.mark.parametrize("name", NAMES)
def test_diffs_are_as_servers_write_them(name: str, release: str) -> None:
    """Deployed releases sort a diff by name, and in each field old, new and secret stand in this order."""
    diffs = [log["diff"] for log in logs_of(name, release)]

    assert [sorted(diff, key=str.encode) for diff in diffs] == [list(diff) for diff in diffs]
    assert {tuple(change) for diff in diffs for change in diff.values()} <= {
        ("old", "new", "secret"),
        ("old", "secret"),
        ("new", "secret"),
        ("secret",),
    }


@pytest.mark.parametrize(
    ("name", "logs"), [("default", 10_000), ("busy", 1_000_000), ("empty", 0), ("hostile", 0)]
)
def test_histories_are_as_long_as_promised(name: str, logs: int) -> None:
    """The history of each has so many logs."""
    assert read_scenarios(open_release(DOCUMENTED))[name].history["logs"] == logs


@every_release
def test_empty_is_empty(release: str) -> None:
    """There is no log."""
    assert logs_of("empty", release) == []


def test_the_first_day_is_a_morning() -> None:
    """Its logs lie within two hours, and begin with the organization."""
    logs = logs_of("first-day")
    times = [parse_timestamp(log["time"]) for log in logs]

    assert max(times) - min(times) < 2 * HOUR
    assert logs[-1]["resource_type"] == "organization"


def test_the_incident_is_a_burst_of_one() -> None:
    """More than 200 deletions fail within two hours, all of one account, which is suspended since."""
    failed = [log for log in logs_of("incident") if log["action"] == "delete" and log["status_code"] == 403]
    burst = [log for log in failed if log["user"]["username"] == "mallory"]
    times = [parse_timestamp(log["time"]) for log in burst]

    assert len(burst) > 200
    assert max(times) - min(times) < 2 * HOUR
    assert {log["user"]["status"] for log in burst} == {"suspended"}


@every_release
def test_every_kind_is_there_once(release: str) -> None:
    """Each action of the release with each of its types and each class of status, once."""
    contract = open_release(release)
    kinds = Counter(
        (log["action"], log["resource_type"], log["status_code"] // 100)
        for log in logs_of("every-kind", release)
    )

    assert kinds == dict.fromkeys(
        product(contract.enum("AuditAction"), contract.enum("ResourceType"), range(1, 6)), 1
    )


def test_somebody_was_deleted() -> None:
    """Some logs have no user any more, some that of somebody whose deletion is told."""
    logs = logs_of("deleted-user")
    deletions = {
        log["resource_id"] for log in logs if (log["resource_type"], log["action"]) == ("user", "delete")
    }
    users = [log["user"] for log in logs]

    assert None in users
    assert any(user["id"] in deletions for user in users if user and user["username"] == "former")


@pytest.mark.parametrize("release", list_releases())
def test_members_only_has_no_role_that_may(release: str) -> None:
    """Whoever may sign in is a plain member."""
    people = stage("members-only", release).users
    able = {
        person.roles for holder, person in people.items() if person.status == "active" and holder.value < 4
    }

    assert able == {()}


def texts_of(value: Any) -> set[str]:
    """List the texts in a value, names of members among them."""
    if isinstance(value, dict):
        return set(value) | {text for each in value.values() for text in texts_of(each)}
    if isinstance(value, list):
        return {text for each in value for text in texts_of(each)}
    return {value} if isinstance(value, str) else set()


@every_release
def test_hostile_text_is_shown_as_written(release: str) -> None:
    """Every text of the file's logs, and of the people in them, is in the logs to the letter."""
    written = yaml.safe_load((SHIPPED / "hostile.yaml").read_text(encoding="utf-8"))
    wanted = texts_of([{**log, "time": "", "user": None} for log in written["logs"]])
    wanted |= {person[field] for person in written["people"] for field in ("username", "email")}
    # deployed releases send an icon that is always empty
    wanted -= {"javascript:alert(1)"}
    names = {"diff", "user", "time"} | set(written["logs"][0])

    assert wanted - names - texts_of(logs_of("hostile", release)) == set()


def test_hostile_has_all_that_is_promised() -> None:
    """HTML, right-to-left, emoji, zero width, very long names, huge diffs and nulls."""
    logs = logs_of("hostile")
    text = json.dumps(logs, ensure_ascii=False)

    assert all(
        mark in text
        for mark in ("<script>", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{FIRE}", "\N{ZERO WIDTH SPACE}")
    )
    assert max(len(log["resource_target"]) for log in logs) >= 5000
    assert max(len(log["diff"]) for log in logs) >= 100
    assert any(log["user"] is None and log["additional_fields"] is None for log in logs)


def test_histories_are_recent() -> None:
    """Where nobody says otherwise they end with 2025, and hand-written logs stand at that end."""
    times = [parse_timestamp(log["time"]) for log in logs_of("incident")]

    assert parse_timestamp("2026-01-01T00:00:00Z") - max(times) < DAY
