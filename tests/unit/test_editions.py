"""Rules of the editions: contracts made of `openapi.yaml` by the overlays there are."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from oas_patch.validator import validate
from openapi_spec_validator import OpenAPIV30SpecValidator

from auditmock import editions
from auditmock.editions import (
    DOCUMENTED,
    EditionError,
    find_overlays,
    list_editions,
    open_edition,
    overlay_contract,
)
from auditmock.openapi import load_contract

ROOT = Path(__file__).parents[2]
OVERLAYS = find_overlays()
NEWEST = list_editions()[-1]
every_overlay = pytest.mark.parametrize("name", OVERLAYS)
CODE = [path for folder in ("auditmock", "handlers", "fixtures") for path in (ROOT / folder).rglob("*.py")]


def test_there_are_two_deployed_editions() -> None:
    """The overlays lie in order of their releases, behind the documented edition."""
    assert list_editions() == ("documented", "v0.14", "v2.35")


@every_overlay
def test_an_overlay_is_an_overlay(name: str) -> None:
    """Each overlay keeps the schema of OpenAPI Overlays 1.0."""
    overlay = yaml.safe_load(OVERLAYS[name].read_text(encoding="utf-8"))

    assert overlay["overlay"] == "1.0.0"
    assert validate(overlay, "sh") == "Validation successful"


@every_overlay
def test_an_edition_is_openapi(name: str) -> None:
    """The contract of every edition is valid OpenAPI 3.0.4."""
    document = open_edition(name).document

    assert document["openapi"] == "3.0.4"
    assert not list(OpenAPIV30SpecValidator(dict(document)).iter_errors())


@every_overlay
def test_every_action_names_its_source(name: str) -> None:
    """Directly before each action a comment names the section of the reference it comes from."""
    text = OVERLAYS[name].read_text(encoding="utf-8")
    told = re.findall(r"^  # Reference \d+(?:\.\d+)?[,:].*\n(?:  # .*\n)*  - target:", text, re.MULTILINE)

    assert len(told) == len(yaml.safe_load(text)["actions"])


@every_overlay
def test_the_text_is_the_document(name: str) -> None:
    """The text of an edition reads back as its document."""
    contract = open_edition(name)

    assert yaml.safe_load(contract.text) == contract.document


def test_the_documented_edition_is_as_written() -> None:
    """The documented edition is `openapi.yaml`, comments included."""
    assert open_edition(DOCUMENTED).text == (ROOT / "openapi.yaml").read_text(encoding="utf-8")


def test_an_unknown_edition() -> None:
    """An edition there is not is refused, and those there are are named."""
    with pytest.raises(EditionError, match=r'^"v9" is no edition; there are documented, v0\.14, v2\.35$'):
        open_edition("v9")


def test_an_overlay_that_matches_nothing(tmp_path: Path) -> None:
    """An action whose target is nowhere in the contract is an error that names it."""
    path = tmp_path / "coder-v1.yaml"
    path.write_text("actions: [{target: $.info, update: {}}, {target: $.paths.nowhere, remove: true}]")

    with pytest.raises(EditionError, match=r"^coder-v1\.yaml, action 2: \$\.paths\.nowhere is nowhere"):
        overlay_contract(load_contract(), path)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_code_names_an_edition(path: Path) -> None:
    """No module knows an edition by its name: what differs stands in the overlays."""
    assert not [name for name in OVERLAYS if re.search(rf"{re.escape(name)}\b", path.read_text("utf-8"))]


@pytest.mark.parametrize("name", OVERLAYS)
def test_contracts_that_are_kept_are_what_the_overlays_make(name: str) -> None:
    """A contract is kept as its overlay makes it, to the letter; `make overlays` sees to it."""
    made = overlay_contract(load_contract(), OVERLAYS[name])
    origin, _, text = (ROOT / "overlays/applied" / OVERLAYS[name].name).read_text("utf-8").partition("\n")

    assert text == made.text
    assert open_edition(name).document == made.document
    assert "make overlays" in origin


def test_an_overlay_that_was_changed_is_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract that was kept before its overlay was changed is not taken, until it is made anew."""
    shutil.copytree(ROOT / "overlays", tmp_path / "overlays")
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    monkeypatch.setattr(editions, "find_contract", lambda: tmp_path / "openapi.yaml")
    overlay = tmp_path / "overlays" / OVERLAYS[NEWEST].name
    overlay.write_text(
        overlay.read_text("utf-8") + "  - {target: $.info, update: {version: v9}}\n", encoding="utf-8"
    )
    changed = open_edition(NEWEST)
    editions.write_applied()

    assert changed.version == open_edition(NEWEST).version == "v9"
