"""The checks of descriptions and links accept every workspace build that the server can render."""

import json
import re
from typing import Any

import pytest
from scenario_files import logs_of

from auditmock.checker.rules.log_model import description_of, is_replaced, link_form
from auditmock.openapi.releases import list_releases, open_release

CODER_RELEASES = [release for release in list_releases() if open_release(release).server]


def list_additional_fields(release: str) -> list[Any]:
    """List possible additional fields of a workspace build."""
    schema = open_release(release).schema("AuditLog")["properties"]["additional_fields"]
    names = {meaning: field for field, meaning in schema["x-build-fields"].items()}
    number, name = names["build_number"], names["workspace_name"]
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


@pytest.mark.parametrize("release", CODER_RELEASES)
@pytest.mark.parametrize("action", ["start", "delete"])
def test_checks_accept_any_build(release: str, action: str) -> None:
    """Description and link of any build are as the checks expect, or cannot be derived from the log."""
    contract = open_release(release)
    given = [
        {"resource_type": "workspace_build", "action": action, "additional_fields": fields}
        for fields in list_additional_fields(release)
    ]
    logs = logs_of("logs: " + json.dumps(given), release)

    assert len(logs) == len(given)
    for log in logs:
        known = not is_replaced(log, contract)
        assert log["description"] == description_of(log, contract) or not known
        link = log["resource_link"]
        assert link == "" or not known or re.fullmatch(link_form(log, contract), link)


@pytest.mark.parametrize("release", list_releases())
def test_plain_logs_are_not_replaced(release: str) -> None:
    """Logs with empty or null additional fields do not count as replaced."""
    contract = open_release(release)
    replaced = [
        is_replaced(log, contract) for log in logs_of("logs: [{}, {additional_fields: null}]", release)
    ]

    assert replaced == [False, False]
