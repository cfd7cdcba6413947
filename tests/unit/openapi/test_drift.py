"""Drift report: it covers every overlay completely, and each difference is tested."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditmock.checker.core.checks import LAYERS
from auditmock.openapi.contract import load_contract
from auditmock.openapi.diff import compare
from auditmock.openapi.drift import (
    ReleaseDrift,
    anchor,
    find_drift,
    group_actions,
    is_text,
    write_data,
    write_markdown,
    write_page,
)
from auditmock.openapi.releases import find_overlays, open_release
from auditmock.openapi.yaml_text import read_yaml

CASES = Path(__file__).parents[2] / "data" / "releases"
CHECKS = Path(__file__).parents[2] / "contract"
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "coder-server.md"
DRIFT = find_drift()
every_release = pytest.mark.parametrize("found", DRIFT, ids=lambda found: found.release)


def shown_cases(release: str) -> set[str]:
    """Return the cases of a release in the notation of overlays."""
    cases: set[str] = set()
    for path in (CASES / release).glob("*.yaml"):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            user = case.get("as", "owner")
            cases.add(f"{case['when']}{'' if user == 'owner' else f' as {user}'}: {case['case']}")
    return cases


def is_check(name: str) -> bool:
    """Whether the suite has a check with this name, such as `order/log-ids-are-unique`."""
    function = "test_" + name.partition("/")[2].replace("-", "_")
    return any(f"def {function}(" in path.read_text(encoding="utf-8") for path in CHECKS.glob("test_*.py"))


def test_every_overlay_is_reported() -> None:
    """The report has the releases with overlays, in order."""
    assert [found.release for found in DRIFT] == [*find_overlays()]


@every_release
def test_report_is_complete(found: ReleaseDrift) -> None:
    """The reported differences are exactly those of the release."""
    actions = read_yaml(find_overlays()[found.release].read_text(encoding="utf-8"))["actions"]
    changes = compare(load_contract().document, open_release(found.release).document)
    changed = {each.place for each in changes if not is_text(each)}
    reported = {each.place for one in found.drifts for each in one.differences}

    assert sum("description" in action for action in actions) == len(found.drifts)
    assert all(
        any(f"{place}.".startswith(f"{each}.") or f"{each}.".startswith(f"{place}.") for each in reported)
        for place in changed
    )


@every_release
def test_every_difference_is_tested(found: ReleaseDrift) -> None:
    """Each difference names an existing case or check that shows it."""
    cases = shown_cases(found.release)
    shown = [name for one in found.drifts for name in one.shown_by]

    assert all(one.shown_by for one in found.drifts)
    assert [
        name
        for name in shown
        if name not in cases and not (name.startswith("check ") and is_check(name.removeprefix("check ")))
    ] == []


@every_release
def test_every_difference_is_described(found: ReleaseDrift) -> None:
    """Each difference changes something, and has a sentence and a section of the reference."""
    assert all(one.differences and one.sections and one.description.endswith(".") for one in found.drifts)


@every_release
def test_every_section_is_in_the_reference(found: ReleaseDrift) -> None:
    """Each cited section of the reference has an anchor."""
    page = REFERENCE.read_text(encoding="utf-8")
    sections = [section for one in found.drifts for section in one.sections]
    sections += [row.reference for row in found.explained]

    assert [section for section in sections if f"{{#{anchor(section)}}}" not in page] == []


def test_is_check_recognizes_checks() -> None:
    """`is_check` accepts names of checks only."""
    assert LAYERS
    assert is_check("fields/resource-link-follows-its-template")
    assert not is_check("rows/no-such-check")


def test_json_report_is_complete() -> None:
    """The JSON report has every difference."""
    data: list[dict[str, Any]] = json.loads(json.dumps(write_data(DRIFT)))

    assert [len(each["drifts"]) for each in data] == [len(found.drifts) for found in DRIFT]
    assert all(one["reference"] and one["shown_by"] for each in data for one in each["drifts"])


def test_first_action_needs_a_description() -> None:
    """An overlay whose first action has no description is rejected."""
    with pytest.raises(ValueError, match="the first action of an overlay needs a description"):
        list(group_actions([{"target": "$", "update": {}}]))


@pytest.mark.parametrize("write", [write_markdown, write_page])
def test_sections_are_links(write: Any) -> None:
    """With the URL of the reference, each section is a link to its anchor."""
    sections = {section for found in DRIFT for one in found.drifts for section in one.sections}
    text = write(DRIFT, reference="reference.html")

    assert [each for each in sections if f"reference.html#{anchor(each)}" not in text] == []
    assert "reference.html" not in write(DRIFT)
    assert anchor("4.1") == "s4-1"


@pytest.mark.parametrize("write", [write_markdown, write_page])
def test_text_reports_are_complete(write: Any) -> None:
    """Markdown and HTML have every sentence and section."""
    text = re.sub("</?code>", "`", unescape(write(DRIFT)))

    assert [one.description for found in DRIFT for one in found.drifts if one.description not in text] == []
    assert [row.why for found in DRIFT for row in found.explained if row.why not in text] == []


def test_page_loads_nothing() -> None:
    """The page has no script and loads no file."""
    page = write_page(DRIFT)

    assert "<script" not in page
    assert page.count("src=") == 0
    assert 'href="/docs"' not in page
    assert 'href="/docs"' in write_page(DRIFT, api="/docs")
