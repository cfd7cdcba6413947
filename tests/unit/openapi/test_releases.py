"""Releases: contracts made from `openapi.yaml` and overlays."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from oas_patch.validator import validate
from openapi_spec_validator import OpenAPIV30SpecValidator

from auditmock.openapi import releases
from auditmock.openapi.contract import load_contract
from auditmock.openapi.releases import (
    DOCUMENTED,
    ReleaseError,
    find_overlays,
    list_releases,
    open_release,
    overlay_contract,
)

ROOT = Path(__file__).parents[3]
OVERLAYS = find_overlays()
NEWEST = list_releases()[-1]
every_overlay = pytest.mark.parametrize("name", OVERLAYS)


def read_version(text: str) -> tuple[int, ...]:
    """Convert `v2.32.0` to numbers."""
    return tuple(map(int, text.removeprefix("v").split(".")))


def test_releases_are_sorted_by_version() -> None:
    """The documented release is first, then one release per overlay, oldest first."""
    versions = [read_version(name) for name in OVERLAYS]

    assert list_releases() == (DOCUMENTED, *OVERLAYS)
    assert versions == sorted(versions)
    assert versions


@every_overlay
def test_overlay_is_valid(name: str) -> None:
    """Each overlay is valid OpenAPI Overlay 1.0."""
    overlay = yaml.safe_load(OVERLAYS[name].read_text(encoding="utf-8"))

    assert overlay["overlay"] == "1.0.0"
    assert validate(overlay, "sh") == "Validation successful"


@every_overlay
def test_release_is_valid_openapi(name: str) -> None:
    """The contract of every release is valid OpenAPI 3.0.4."""
    document = open_release(name).document

    assert document["openapi"] == "3.0.4"
    assert not list(OpenAPIV30SpecValidator(dict(document)).iter_errors())


@every_overlay
def test_every_difference_has_sources(name: str) -> None:
    """An action with a description has sections of the reference and tests; other actions have none."""
    actions = yaml.safe_load(OVERLAYS[name].read_text(encoding="utf-8"))["actions"]
    fields = {"description", "x-reference", "x-shown-by"}
    sections = [section for action in actions for section in action.get("x-reference", ())]

    assert [action for action in actions if fields & action.keys() not in (fields, set())] == []
    assert [section for section in sections if not re.fullmatch(r"\d+(\.\d+)?", section)] == []


@every_overlay
def test_text_parses_to_the_document(name: str) -> None:
    """The text of a release parses to its document."""
    contract = open_release(name)

    assert yaml.safe_load(contract.text) == contract.document


def test_documented_release_is_the_file() -> None:
    """The documented release is `openapi.yaml`, including comments."""
    assert open_release(DOCUMENTED).text == (ROOT / "openapi.yaml").read_text(encoding="utf-8")


@every_overlay
def test_later_types_are_newer_than_the_release(name: str) -> None:
    """`x-later` lists only resource types that were added after `x-since`."""
    document = open_release(name).document
    later = document["components"]["schemas"]["ResourceType"].get("x-later", {})

    assert [each for each in later if read_version(later[each]) <= read_version(document["x-since"])] == []


def test_unknown_release_is_rejected() -> None:
    """The error for an unknown release lists the available ones."""
    message = f'Unknown release "v9". Available: {", ".join(list_releases())}.'

    with pytest.raises(ReleaseError, match=f"^{re.escape(message)}$"):
        open_release("v9")


def test_action_without_target_is_rejected(tmp_path: Path) -> None:
    """An action whose target does not exist raises an error that names it."""
    path = tmp_path / "coder-v1.yaml"
    path.write_text("actions: [{target: $.info, update: {}}, {target: $.paths.nowhere, remove: true}]")

    with pytest.raises(ReleaseError, match=r"^coder-v1\.yaml, action 2: \$\.paths\.nowhere does not exist"):
        overlay_contract(load_contract(), path)


@pytest.mark.parametrize("name", OVERLAYS)
def test_generated_contracts_are_up_to_date(name: str) -> None:
    """Each generated contract equals the result of its overlay; else run `make generate`."""
    made = overlay_contract(load_contract(), OVERLAYS[name])
    origin, _, text = (
        (ROOT / "auditmock/generated/contracts" / OVERLAYS[name].name).read_text("utf-8").partition("\n")
    )

    assert text == made.text
    assert open_release(name).document == made.document
    assert "make generate" in origin


def test_changed_overlay_is_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated contract older than its overlay is not used."""
    shutil.copytree(ROOT / "overlays", tmp_path / "overlays")
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    monkeypatch.setattr(releases, "find_contract", lambda: tmp_path / "openapi.yaml")
    monkeypatch.setattr(releases, "_GENERATED", tmp_path)
    overlay = tmp_path / "overlays" / OVERLAYS[NEWEST].name
    overlay.write_text(
        overlay.read_text("utf-8") + "  - {target: $.info, update: {version: v9}}\n", encoding="utf-8"
    )
    changed = open_release(NEWEST)
    releases.write_generated()

    assert changed.version == open_release(NEWEST).version == "v9"
