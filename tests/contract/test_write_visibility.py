"""Checks of new logs among others: each takes its place, is found at once, and everything else stays."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect, while_unchanged
from auditmock.checker.page import expect_logs, listed
from auditmock.checker.posting import PAST, fresh, posting, write, written
from auditmock.checker.rules.logs import element, instant, values_of
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
def test_a_post_takes_its_place(target: Client, seconds: list[str]) -> None:
    """Logs written in any order of time are listed in the order of time, about one resource as about many."""
    resource = fresh()
    for second in seconds:
        write(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second}Z"})
    page = listed(target, f"resource_id:{resource}")

    order = sorted(page.logs, key=lambda log: (-instant(log), log["id"]))
    expect_logs(page, order, len(seconds))


@requires("whole days")
def test_a_day_has_its_first_and_its_last_instant(target: Client) -> None:
    """`date_from` and `date_to` find what happened in the very first and last microsecond of a day."""
    resource = fresh()
    inside = ["2001-02-03T00:00:00Z", "2001-02-03T23:59:59.999999Z"]
    for time in ["2001-02-02T23:59:59.999999Z", *inside, "2001-02-04T00:00:00Z"]:
        write(target, {"resource_id": resource, "time": time})
    page = listed(target, f"resource_id:{resource} date_from:2001-02-03 date_to:2001-02-03")

    found = sorted(instant(log) for log in page.logs)
    expect(found == [parse_timestamp(time) for time in inside], f"{inside}", found, page.exchange)


def test_a_new_log_is_searched_as_all_are(target: Client) -> None:
    """Each search key finds a log just written by its value, and not by another."""
    log = written(target, {"resource_id": fresh(), "time": PAST, "action": "stop", "resource_type": "group"})
    scope = f"resource_id:{log['resource_id']}"
    keys = [key for key in target.contract.search.keys.values() if key.type != "date"]
    for key in keys:
        value = next(iter(values_of([log], key)), "")
        if value:
            beside = scope if key.name != "resource_id" else ""
            page = listed(target, f"{element(key, value.upper())} {beside}")
            expect(page.ids == [log["id"]], f"the log, by {element(key, value)}", page.ids, page.exchange)
    for key in keys:
        if key.name in {"action", "resource_type", "username", "email"}:
            others = (value for value in key.values or ["nobody@example.com"] if value != key.value_in(log))
            expect_logs(listed(target, f"{element(key, next(others))} {scope}"), [], 0)


def test_what_was_there_stays(target: Client, sample: Sample) -> None:
    """A new log changes no other: past days show what they showed, and as many logs as before."""
    older = f"date_from:2001-02-05 {sample.past}"

    def look() -> None:
        before = listed(target, older, limit=1).total
        written(target, {"resource_id": fresh(), "time": PAST})
        after = listed(target, older, limit=1).total
        expect(after == before, f"{before} logs of later days", after)
        expect_logs(listed(target, sample.q, limit=LARGEST), sample.logs, len(sample.logs))

    while_unchanged(target, sample.scope, look)


@requires("me")
def test_the_target_is_the_caller(target: Client) -> None:
    """The user is the caller, by name the `resource_target`; a search finds what was not there before."""
    resource = fresh()
    q = f"username:me resource_id:{resource}"
    expect_logs(listed(target, q), [], 0)
    log = written(target, {"resource_id": resource, "time": PAST})
    mine = listed(target, q)

    expect_logs(mine, [log], 1)
    expect(log["resource_target"] == log["user"]["username"], log["user"]["username"], log["resource_target"])


TOGETHER = ("create", "write", "delete", "stop", "start", "write")


def test_two_at_once_are_two(target: Client) -> None:
    """POSTs that are sent together are all there, each with its own fields, whoever reads meanwhile."""
    resource = fresh()
    body = {"resource_id": resource, "time": PAST}
    wanted = TOGETHER[: max(target.pace.at_once - 2, 2)]
    requests = [posting(target, {**body, "action": action}) for action in wanted]
    reading = Request("GET", target.path("get-audit-logs"), [("q", ""), ("limit", "1")])
    statuses = [exchange.status for exchange in target.send_together([reading, *requests, reading])]
    page = listed(target, f"resource_id:{resource}")

    number, actions = len(wanted), sorted(log["action"] for log in page.logs)
    expect(page.total == statuses.count(204) == number, f"{number} logs", page.total, page.exchange)
    expect(len(set(page.ids)) == number, "an id each", page.ids, page.exchange)
    expect(actions == sorted(wanted), f"{sorted(wanted)}", actions, page.exchange)


@requires("cursor")
def test_a_cursor_tells_logs_of_one_instant_apart(target: Client) -> None:
    """What follows one of several logs of the same instant are those of them behind it."""
    resource = fresh()
    for _ in range(4):
        write(target, {"resource_id": resource, "time": PAST})
    whole = listed(target, f"resource_id:{resource}").ids
    tail = listed(target, f"resource_id:{resource}", after_id=whole[1])

    expect(tail.ids == whole[2:], f"{whole[2:]}, of the same instant", tail.ids, tail.exchange)
    expect_logs(listed(target, f"resource_id:{resource}", offset=2), tail.logs, len(whole))


@requires("cursor")
def test_a_cursor_survives_writing(target: Client) -> None:
    """Pages walked by `after_id` while logs are written show every older log, each once."""
    resource = fresh()
    for second in range(4):
        write(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second:02d}Z"})
    before = listed(target, f"resource_id:{resource}").ids
    first = listed(target, f"resource_id:{resource}", limit=2)
    write(target, {"resource_id": resource, "time": "2001-02-03T04:06:00Z"})
    second_page = listed(target, f"resource_id:{resource}", limit=2, after_id=first.ids[-1])

    expect([*first.ids, *second_page.ids] == before, f"{before}", [*first.ids, *second_page.ids])

    write(target, {"resource_id": resource, "time": "2001-02-03T04:05:00.5Z"})
    again = listed(target, f"resource_id:{resource}", after_id=first.ids[-1])
    older = [log_id for log_id in again.ids if log_id not in before]
    expect(len(older) == 1, "the older log that was written just now", len(older), again.exchange)
