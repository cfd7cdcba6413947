"""Rules of the drift report: it is the overlays, all of them, and everything in it can be seen."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditmock.checker.core.checks import LAYERS
from auditmock.openapi.contract import load_contract, read_yaml
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

CASES = Path(__file__).parents[2] / "data" / "releases"
CHECKS = Path(__file__).parents[2] / "contract"
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "coder-server.md"
DRIFT = find_drift()
every_release = pytest.mark.parametrize("found", DRIFT, ids=lambda found: found.release)


def shown_cases(release: str) -> set[str]:
    """List the cases of a release as overlays name them."""
    cases: set[str] = set()
    for path in (CASES / release).glob("*.yaml"):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            who = case.get("as", "owner")
            cases.add(f"{case['when']}{'' if who == 'owner' else f' as {who}'}: {case['case']}")
    return cases


def is_check(name: str) -> bool:
    """Tell whether the suite has a check of that name, such as `order/log-ids-are-unique`."""
    function = "test_" + name.partition("/")[2].replace("-", "_")
    return any(f"def {function}(" in path.read_text(encoding="utf-8") for path in CHECKS.glob("test_*.py"))


def test_every_release_is_told_of() -> None:
    """The releases are those there are overlays for, in their order."""
    assert [found.release for found in DRIFT] == [*find_overlays()]


@every_release
def test_nothing_is_left_out(found: ReleaseDrift) -> None:
    """All runs of actions together make the release: no difference is missing, and none is made up."""
    actions = read_yaml(find_overlays()[found.release].read_text(encoding="utf-8"))["actions"]
    changes = compare(load_contract().document, open_release(found.release).document)
    whole = {each.place for each in changes if not is_text(each)}
    told = {each.place for one in found.drifts for each in one.differences}

    assert sum("description" in action for action in actions) == len(found.drifts)
    assert all(
        any(f"{place}.".startswith(f"{each}.") or f"{each}.".startswith(f"{place}.") for each in told)
        for place in whole
    )


@every_release
def test_everything_can_be_seen(found: ReleaseDrift) -> None:
    """Each difference names a case or a check that shows it, and there is such a one."""
    cases = shown_cases(found.release)
    shown = [name for one in found.drifts for name in one.shown_by]

    assert all(one.shown_by for one in found.drifts)
    assert [
        name
        for name in shown
        if name not in cases and not (name.startswith("check ") and is_check(name.removeprefix("check ")))
    ] == []


@every_release
def test_every_difference_differs(found: ReleaseDrift) -> None:
    """Each run of actions changes something, and has a sentence and a section of the reference."""
    assert all(one.differences and one.sections and one.description.endswith(".") for one in found.drifts)


@every_release
def test_every_section_is_in_the_reference(found: ReleaseDrift) -> None:
    """Each section of the reference that is named has an anchor on its page."""
    page = REFERENCE.read_text(encoding="utf-8")
    sections = [section for one in found.drifts for section in one.sections]
    sections += [row.reference for row in found.explained]

    assert [section for section in sections if f"{{#{anchor(section)}}}" not in page] == []


def test_a_check_that_is_none_is_seen() -> None:
    """The rule above knows checks by their names."""
    assert LAYERS
    assert is_check("fields/resource-link-follows-its-template")
    assert not is_check("rows/no-such-check")


def test_it_is_data() -> None:
    """For programs it is JSON, and holds all of it."""
    data: list[dict[str, Any]] = json.loads(json.dumps(write_data(DRIFT)))

    assert [len(each["drifts"]) for each in data] == [len(found.drifts) for found in DRIFT]
    assert all(one["reference"] and one["shown_by"] for each in data for one in each["drifts"])


def test_an_overlay_begins_with_a_difference() -> None:
    """An action that continues nothing is an error."""
    with pytest.raises(ValueError, match="the first action of an overlay needs a description"):
        list(group_actions([{"target": "$", "update": {}}]))


@pytest.mark.parametrize("write", [write_markdown, write_page])
def test_sections_are_links(write: Any) -> None:
    """With the address of the reference, each section links to its anchor."""
    sections = {section for found in DRIFT for one in found.drifts for section in one.sections}
    text = write(DRIFT, reference="reference.html")

    assert [each for each in sections if f"reference.html#{anchor(each)}" not in text] == []
    assert "reference.html" not in write(DRIFT)
    assert anchor("4.1") == "s4-1"


@pytest.mark.parametrize("write", [write_markdown, write_page])
def test_it_is_for_people(write: Any) -> None:
    """As Markdown and as a page it has every sentence and every section."""
    text = re.sub("</?code>", "`", unescape(write(DRIFT)))

    assert [one.description for found in DRIFT for one in found.drifts if one.description not in text] == []
    assert [row.why for found in DRIFT for row in found.explained if row.why not in text] == []


def test_the_page_loads_nothing() -> None:
    """The page has no script, and asks for nothing but the mock's own sign."""
    page = write_page(DRIFT)

    assert "<script" not in page
    assert page.count("src=") == 0
    assert 'href="/docs"' not in page
    assert 'href="/docs"' in write_page(DRIFT, api="/docs")
