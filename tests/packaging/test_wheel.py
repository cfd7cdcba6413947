"""Rules of what is published."""

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from auditmock.version import VERSION

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDERS = {
    "auditmock": ROOT / "auditmock",
    "auditmock/handlers": ROOT / "handlers",
    "auditmock/fixtures": ROOT / "fixtures",
    "auditmock/contract": ROOT / "tests" / "contract",
}
LICENCES = {"LICENSE"} | {
    f"auditmock/web/vendor/LICENSE.{vendored}" for vendored in ("lit-html", "scalar", "uplot")
}


def files_in(folder: Path) -> set[str]:
    """List the files of a folder and those below it, but what Python compiled."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def contents(wheel: Path) -> dict[str, bytes]:
    """Read all files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_all_of_the_packages_ships(site: Path) -> None:
    """The wheel holds every file of the four folders, the contract and its overlays, and nothing else."""
    packages = {f"{package}/{name}" for package, folder in FOLDERS.items() for name in files_in(folder)}

    assert {name for name in files_in(site) if ".dist-info/" not in name} == {
        *packages,
        "auditmock/_spec/openapi.yaml",
        *(f"auditmock/_spec/overlays/{name}" for name in files_in(ROOT / "overlays")),
    }


def test_one_import_name(site: Path) -> None:
    """The wheel claims no import name but `auditmock`: no `fixtures`, `handlers` or `tests`."""
    assert {path.name for path in site.iterdir()} == {"auditmock", f"coder_audit_mock-{VERSION}.dist-info"}


def test_any_machine(wheel: Path) -> None:
    """The wheel is for every Python 3 and every platform."""
    assert wheel.name == f"coder_audit_mock-{VERSION}-py3-none-any.whl"


@pytest.mark.parametrize("name", sorted(LICENCES))
def test_licences_ship(site: Path, name: str) -> None:
    """The wheel carries each licence as it stands here."""
    shipped = site / f"coder_audit_mock-{VERSION}.dist-info" / "licenses" / name

    assert shipped.read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Name", PROJECT["name"]),
        ("Version", VERSION),
        ("Summary", PROJECT["description"]),
        ("License-Expression", PROJECT["license"]),
        ("Requires-Python", ">=3.11"),
        ("Description-Content-Type", "text/markdown"),
    ],
)
def test_metadata(distribution: Distribution, field: str, value: str) -> None:
    """The wheel says what it is."""
    assert distribution.metadata[field] == value


def test_requirements(distribution: Distribution) -> None:
    """The wheel asks for what the project and its extras need, and for nothing that only its tests need."""
    asked = {Requirement(each) for each in distribution.requires or ()}
    extras = {
        Requirement(f'{each}; extra == "{extra}"')
        for extra, wanted in PROJECT["optional-dependencies"].items()
        for each in wanted
    }

    assert asked == {Requirement(each) for each in PROJECT["dependencies"]} | extras


def test_readme_ships(distribution: Distribution) -> None:
    """The wheel's long description is the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert distribution.metadata["Description"].strip() == readme.strip()


def test_command(distribution: Distribution) -> None:
    """The wheel brings one command, `auditmock`."""
    commands = [(point.group, point.name, point.value) for point in distribution.entry_points]

    assert commands == [("console_scripts", "auditmock", "auditmock.cli.main:main")]


def test_contract_is_found(site: Path) -> None:
    """An installed auditmock reads the contract it came with."""
    said = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            "from auditmock.openapi.contract import find_contract; print(find_contract())",
        ],
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert said.strip() == str(site / "auditmock" / "_spec" / "openapi.yaml")


def test_archive_is_whole(wheel: Path, wheel_of_archive: Path) -> None:
    """The source archive builds the very same wheel."""
    assert contents(wheel_of_archive) == contents(wheel)
