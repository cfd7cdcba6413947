"""Checks of new logs in the list: they are sorted in, found at once, and leave all others unchanged."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.checker.posting import PAST, new_id, post_request, write, write_and_find
from auditmock.checker.rules.log_model import term, time_of, values_of
from auditmock.contract.support.sample import Sample
from auditmock.core.timestamps import parse_timestamp

a_few_draws = settings.get_profile("check of each")
pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

LARGEST = 1000


@a_few_draws
@example(seconds=["06", "06.5", "06.25", "06.250001"])
@given(seconds=st.lists(st.integers(0, 59).map("{:02d}".format), min_size=3, max_size=5))
def test_written_logs_are_sorted_by_time(target: Client, seconds: list[str]) -> None:
    """Logs written in any order are listed by time, newest first."""
    resource = new_id()
    for second in seconds:
        write(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second}Z"})
    page = list_logs(target, f"resource_id:{resource}")

    order = sorted(page.logs, key=lambda log: (-time_of(log), log["id"]))
    expect_logs(page, order, len(seconds))


@requires("whole days")
def test_date_filters_include_the_whole_day(target: Client) -> None:
    """`date_from` and `date_to` include the first and the last microsecond of a day."""
    resource = new_id()
    inside = ["2001-02-03T00:00:00Z", "2001-02-03T23:59:59.999999Z"]
    for time in ["2001-02-02T23:59:59.999999Z", *inside, "2001-02-04T00:00:00Z"]:
        write(target, {"resource_id": resource, "time": time})
    page = list_logs(target, f"resource_id:{resource} date_from:2001-02-03 date_to:2001-02-03")

    found = sorted(time_of(log) for log in page.logs)
    expect(found == [parse_timestamp(time) for time in inside], f"{inside}", found, page.exchange)


def test_every_key_finds_a_written_log(target: Client) -> None:
    """Every search key finds a log just written by its value, and not by another value."""
    log = write_and_find(
        target, {"resource_id": new_id(), "time": PAST, "action": "stop", "resource_type": "group"}
    )
    scope = f"resource_id:{log['resource_id']}"
    keys = [key for key in target.contract.search.keys.values() if key.type != "date"]
    for key in keys:
        value = next(iter(values_of([log], key)), "")
        if value:
            beside = scope if key.name != "resource_id" else ""
            page = list_logs(target, f"{term(key, value.upper())} {beside}")
            expect(page.ids == [log["id"]], f"the log, by {term(key, value)}", page.ids, page.exchange)
    for key in keys:
        if key.name in {"action", "resource_type", "username", "email"}:
            others = (value for value in key.values or ["nobody@example.com"] if value != key.value_in(log))
            expect_logs(list_logs(target, f"{term(key, next(others))} {scope}"), [], 0)


def test_writing_changes_no_other_log(target: Client, sample: Sample) -> None:
    """A new log changes no other: past days have the same logs and the same count as before."""
    older = f"date_from:2001-02-05 {sample.past}"

    def verify() -> None:
        before = list_logs(target, older, limit=1).total
        write_and_find(target, {"resource_id": new_id(), "time": PAST})
        after = list_logs(target, older, limit=1).total
        expect(after == before, f"{before} logs of later days", after)
        expect_logs(list_logs(target, sample.q, limit=LARGEST), sample.logs, len(sample.logs))

    while_unchanged(target, sample.scope, verify)


@requires("me")
def test_written_log_belongs_to_the_caller(target: Client) -> None:
    """A written log has the caller as `user` and the caller's username as `resource_target`."""
    resource = new_id()
    q = f"username:me resource_id:{resource}"
    expect_logs(list_logs(target, q), [], 0)
    log = write_and_find(target, {"resource_id": resource, "time": PAST})
    mine = list_logs(target, q)

    expect_logs(mine, [log], 1)
    expect(log["resource_target"] == log["user"]["username"], log["user"]["username"], log["resource_target"])


TOGETHER = ("create", "write", "delete", "stop", "start", "write")


def test_concurrent_posts_create_one_log_each(target: Client) -> None:
    """POSTs sent at the same time create one log each, with its own fields, while others read."""
    resource = new_id()
    body = {"resource_id": resource, "time": PAST}
    wanted = TOGETHER[: max(target.pace.at_once - 2, 2)]
    requests = [post_request(target, {**body, "action": action}) for action in wanted]
    reading = Request("GET", target.path("get-audit-logs"), [("q", ""), ("limit", "1")])
    statuses = [exchange.status for exchange in target.send_together([reading, *requests, reading])]
    page = list_logs(target, f"resource_id:{resource}")

    number, actions = len(wanted), sorted(log["action"] for log in page.logs)
    expect(page.total == statuses.count(204) == number, f"{number} logs", page.total, page.exchange)
    expect(len(set(page.ids)) == number, "different ids", page.ids, page.exchange)
    expect(actions == sorted(wanted), f"{sorted(wanted)}", actions, page.exchange)


@requires("cursor")
def test_after_id_distinguishes_logs_of_one_instant(target: Client) -> None:
    """`after_id` of one of several logs with the same time lists the rest of them."""
    resource = new_id()
    for _ in range(4):
        write(target, {"resource_id": resource, "time": PAST})
    whole = list_logs(target, f"resource_id:{resource}").ids
    tail = list_logs(target, f"resource_id:{resource}", after_id=whole[1])

    expect(tail.ids == whole[2:], f"{whole[2:]}, of the same instant", tail.ids, tail.exchange)
    expect_logs(list_logs(target, f"resource_id:{resource}", offset=2), tail.logs, len(whole))


@requires("cursor")
def test_cursor_paging_survives_writes(target: Client) -> None:
    """Paging by `after_id` lists every older log once, even if logs are written meanwhile."""
    resource = new_id()
    for second in range(4):
        write(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second:02d}Z"})
    before = list_logs(target, f"resource_id:{resource}").ids
    first = list_logs(target, f"resource_id:{resource}", limit=2)
    write(target, {"resource_id": resource, "time": "2001-02-03T04:06:00Z"})
    second_page = list_logs(target, f"resource_id:{resource}", limit=2, after_id=first.ids[-1])

    expect([*first.ids, *second_page.ids] == before, f"{before}", [*first.ids, *second_page.ids])

    write(target, {"resource_id": resource, "time": "2001-02-03T04:05:00.5Z"})
    again = list_logs(target, f"resource_id:{resource}", after_id=first.ids[-1])
    older = [log_id for log_id in again.ids if log_id not in before]
    expect(len(older) == 1, "the older log just written", len(older), again.exchange)
