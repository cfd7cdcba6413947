"""Rules of how the suite looks at logs: server and suite agree on descriptions and links of odd builds."""

import json
import re
from typing import Any

import pytest
from scenario_files import logs_of

from auditmock.checker.rules.logs import description_of, is_replaced, link_form
from auditmock.openapi.releases import list_releases, open_release

DEPLOYED = [release for release in list_releases() if open_release(release).server]
NUMBERS = {"v0.14": ("buildNumber", "workspaceName"), "v2.35": ("build_number", "workspace_name")}


def builds(release: str) -> list[Any]:
    """List what a build may have as its additional fields."""
    number, name = NUMBERS[release]
    return [
        {},
        None,
        {number: "7", name: "dev"},
        {number.upper(): "7", name.title(): "dev"},
        {number: None, name: "dev"},
        {number: "", name: "dev"},
        {number: "7"},
        {number: "7", name: 5},
        {number: 7, name: "dev"},
        [1],
    ]


@pytest.mark.parametrize("release", DEPLOYED)
@pytest.mark.parametrize("action", ["start", "delete"])
def test_the_checks_of_rows_hold_for_any_build(release: str, action: str) -> None:
    """Whatever a log has, its description and link are what the checks ask for, or cannot be told from it."""
    contract = open_release(release)
    given = [
        {"resource_type": "workspace_build", "action": action, "additional_fields": fields}
        for fields in builds(release)
    ]
    logs = logs_of("logs: " + json.dumps(given), release)

    assert len(logs) == len(given)
    for log in logs:
        told = not is_replaced(log, contract)
        assert log["description"] == description_of(log, contract) or not told
        link = log["resource_link"]
        assert link == "" or not told or re.fullmatch(link_form(log, contract), link)


@pytest.mark.parametrize("release", list_releases())
def test_few_logs_hide_their_fields(release: str) -> None:
    """Only what stands there in the place of something else is left to doubt."""
    contract = open_release(release)
    hidden = [is_replaced(log, contract) for log in logs_of("logs: [{}, {additional_fields: null}]", release)]

    assert hidden == [False, False]
