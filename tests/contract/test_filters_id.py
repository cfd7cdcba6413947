"""Checks of the filter by resource id."""

from collections.abc import Callable, Mapping

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import expect
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.checker.rules.log_model import matches, term
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

SHOWN = 10
NIL = "00000000-0000-0000-0000-000000000000"


NEAR: Mapping[str, Callable[[str], str]] = {
    "nil id": lambda _: NIL,
    "last digit changed": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
}


@requires("strict requests")
@pytest.mark.parametrize("near", NEAR)
def test_resource_id_matches_whole_ids_only(target: Client, sample: Sample, near: str) -> None:
    """`resource_id` matches whole ids: a changed digit or the nil id finds no log of another resource."""
    key = target.contract.search.keys["resource_id"]
    value = NEAR[near](sample.logs[0]["resource_id"])
    page = list_logs(target, term(key, value), limit=SHOWN)
    others = [log["resource_id"] for log in page.logs if not matches(log, key, value)]
    expect(not others, f"logs of {value}", others, page.exchange)


def test_resource_id_matches_no_other_id_field(target: Client, sample: Sample) -> None:
    """`resource_id` does not match the ids of logs, requests, users and organizations."""
    key = target.contract.search.keys["resource_id"]
    resources = {log["resource_id"] for log in sample.logs}
    logs = [{**log, "user_id": log["user"]["id"]} for log in sample.logs if log["user"]]
    for name in ("id", "request_id", "organization_id", "user_id"):
        others = [log[name] for log in logs if log[name] not in {*resources, NIL}]
        if others:
            page = list_logs(target, sample.within(term(key, others[0])))
            expect_logs(page, [], 0)
