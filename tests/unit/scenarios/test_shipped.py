"""Shipped scenarios: each is valid in every release and has its documented features."""

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

MAX_LOGS = 2000
"""Logs of a history that are checked."""
NAMES = [path.stem for path in sorted(SHIPPED.glob("*.yaml"))]
DOCUMENTED_NAMES = {
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
def snapshot_of(name: str, release: str = DOCUMENTED) -> Snapshot:
    """Build the snapshot of a scenario with a shortened history."""
    contract = open_release(release)
    scenario = read_scenarios(contract)[name]
    logs = min(MAX_LOGS, scenario.history["logs"])
    return build_snapshot(scenario, contract, configure_history(scenario, lambda: NOW, Overrides(logs=logs)))


@cache
def logs_of(name: str, release: str = DOCUMENTED) -> list[Log]:
    """Return all logs, those of the history first."""
    return [
        json.loads(base.log(place))
        for base in snapshot_of(name, release).post_writer.bases
        for place in range(len(base))
    ]


def test_documented_scenarios_are_shipped() -> None:
    """Exactly the documented scenarios are shipped."""
    assert set(NAMES) == DOCUMENTED_NAMES


@every_release
@pytest.mark.parametrize("name", NAMES)
def test_every_log_is_valid(name: str, release: str) -> None:
    """Every log is valid against its release's contract."""
    validator = jsonschema_rs.Draft202012Validator(
        open_release(release).json_schema("AuditLog"), validate_formats=True
    )
    errors = [error.message for log in logs_of(name, release) for error in validator.iter_errors(log)]

    assert errors == []


@every_release
@pytest.mark.parametrize("name", NAMES)
def test_no_log_is_omitted(name: str, release: str) -> None:
    """The shipped scenarios only use values that every release has."""
    assert read_scenarios(open_release(release))[name].omitted_logs == 0


@pytest.mark.parametrize("release", [release for release in list_releases() if release != DOCUMENTED])
@pytest.mark.parametrize("name", NAMES)
def test_diffs_are_ordered_like_coders(name: str, release: str) -> None:
    """Diffs are sorted by name, and each field has old, new and secret in this order."""
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
def test_histories_have_their_documented_length(name: str, logs: int) -> None:
    """Each history has the documented number of logs."""
    assert read_scenarios(open_release(DOCUMENTED))[name].history["logs"] == logs


@every_release
def test_empty_has_no_logs(release: str) -> None:
    """`empty` has no logs."""
    assert logs_of("empty", release) == []


def test_first_day_spans_two_hours() -> None:
    """The logs of `first-day` are within two hours and start with the organization."""
    logs = logs_of("first-day")
    times = [parse_timestamp(log["time"]) for log in logs]

    assert max(times) - min(times) < 2 * HOUR
    assert logs[-1]["resource_type"] == "organization"


def test_incident_has_a_burst_of_failed_deletions() -> None:
    """`incident` has over 200 failed deletions within two hours, by one user who is now suspended."""
    failed = [log for log in logs_of("incident") if log["action"] == "delete" and log["status_code"] == 403]
    burst = [log for log in failed if log["user"]["username"] == "mallory"]
    times = [parse_timestamp(log["time"]) for log in burst]

    assert len(burst) > 200
    assert max(times) - min(times) < 2 * HOUR
    assert {log["user"]["status"] for log in burst} == {"suspended"}


@every_release
def test_every_kind_has_each_combination_once(release: str) -> None:
    """`every-kind` has each action with each type and each status class once."""
    contract = open_release(release)
    kinds = Counter(
        (log["action"], log["resource_type"], log["status_code"] // 100)
        for log in logs_of("every-kind", release)
    )

    assert kinds == dict.fromkeys(
        product(contract.enum("AuditAction"), contract.enum("ResourceType"), range(1, 6)), 1
    )


def test_deleted_user_has_logs_without_user() -> None:
    """`deleted-user` has logs without a user, and logs of a user that it deletes."""
    logs = logs_of("deleted-user")
    deletions = {
        log["resource_id"] for log in logs if (log["resource_type"], log["action"]) == ("user", "delete")
    }
    users = [log["user"] for log in logs]

    assert None in users
    assert any(user["id"] in deletions for user in users if user and user["username"] == "former")


@pytest.mark.parametrize("release", list_releases())
def test_members_only_has_no_reader(release: str) -> None:
    """In `members-only`, no user with a valid token may read logs."""
    users = snapshot_of("members-only", release).users
    reader_roles = {
        user.roles for builtin, user in users.items() if user.status == "active" and builtin.value < 4
    }

    assert reader_roles == {()}


def texts_of(value: Any) -> set[str]:
    """Return all strings in a value, including names of members."""
    if isinstance(value, dict):
        return set(value) | {text for each in value.values() for text in texts_of(each)}
    if isinstance(value, list):
        return {text for each in value for text in texts_of(each)}
    return {value} if isinstance(value, str) else set()


@every_release
def test_hostile_text_is_unchanged(release: str) -> None:
    """Every text of the file's logs and users is in the served logs unchanged."""
    written = yaml.safe_load((SHIPPED / "hostile.yaml").read_text(encoding="utf-8"))
    expected = texts_of([{**log, "time": "", "user": None} for log in written["logs"]])
    expected |= {user[field] for user in written["people"] for field in ("username", "email")}
    # Coder's releases always send an empty icon.
    expected -= {"javascript:alert(1)"}
    names = {"diff", "user", "time"} | set(written["logs"][0])

    assert expected - names - texts_of(logs_of("hostile", release)) == set()


def test_hostile_has_its_documented_texts() -> None:
    """`hostile` has HTML, right-to-left text, emoji, zero-width text, long names, large diffs and nulls."""
    logs = logs_of("hostile")
    text = json.dumps(logs, ensure_ascii=False)

    assert all(
        mark in text
        for mark in ("<script>", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{FIRE}", "\N{ZERO WIDTH SPACE}")
    )
    assert max(len(log["resource_target"]) for log in logs) >= 5000
    assert max(len(log["diff"]) for log in logs) >= 100
    assert any(log["user"] is None and log["additional_fields"] is None for log in logs)


def test_histories_end_with_2025() -> None:
    """By default a history ends with 2025, and hand-written logs are at its end."""
    times = [parse_timestamp(log["time"]) for log in logs_of("incident")]

    assert parse_timestamp("2026-01-01T00:00:00Z") - max(times) < DAY
