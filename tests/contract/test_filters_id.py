"""Checks of finding logs by the id of a resource."""

from collections.abc import Callable, Mapping

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import expect
from auditmock.checker.page import expect_logs, listed
from auditmock.checker.rules.logs import element, matches
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "filters", "#/components/parameters/q/x-search")

SHOWN = 10
NIL = "00000000-0000-0000-0000-000000000000"


NEAR: Mapping[str, Callable[[str], str]] = {
    "the nil id": lambda _: NIL,
    "all its digits but one": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
}


@requires("strict requests")
@pytest.mark.parametrize("near", NEAR)
def test_an_id_is_whole(target: Client, sample: Sample, near: str) -> None:
    """No id stands for others: not by its first digits, nor the nil id for all."""
    key = target.contract.search.keys["resource_id"]
    value = NEAR[near](sample.logs[0]["resource_id"])
    page = listed(target, element(key, value), limit=SHOWN)
    others = [log["resource_id"] for log in page.logs if not matches(log, key, value)]
    expect(not others, f"logs of {value}", others, page.exchange)


def test_an_id_is_that_of_the_resource(target: Client, sample: Sample) -> None:
    """Ids of logs, requests, users and organizations are no ids of resources."""
    key = target.contract.search.keys["resource_id"]
    resources = {log["resource_id"] for log in sample.logs}
    logs = [{**log, "user_id": log["user"]["id"]} for log in sample.logs if log["user"]]
    for name in ("id", "request_id", "organization_id", "user_id"):
        others = [log[name] for log in logs if log[name] not in {*resources, NIL}]
        if others:
            page = listed(target, sample.within(element(key, others[0])))
            expect_logs(page, [], 0)
