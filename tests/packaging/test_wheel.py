"""Contents and metadata of the wheel."""

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
LICENSES = {"LICENSE"} | {
    f"auditmock/web/vendor/LICENSE.{vendored}" for vendored in ("lit-html", "scalar", "uplot")
}


def files_in(folder: Path) -> set[str]:
    """List all files below a folder, except compiled ones."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def contents(wheel: Path) -> dict[str, bytes]:
    """Read all files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_has_exactly_the_packages(site: Path) -> None:
    """The wheel has every file of the four folders, the contract and its overlays, and nothing else."""
    packages = {f"{package}/{name}" for package, folder in FOLDERS.items() for name in files_in(folder)}

    assert {name for name in files_in(site) if ".dist-info/" not in name} == {
        *packages,
        "auditmock/_spec/openapi.yaml",
        *(f"auditmock/_spec/overlays/{name}" for name in files_in(ROOT / "overlays")),
    }


def test_wheel_has_one_import_name(site: Path) -> None:
    """The wheel installs no import name but `auditmock`: no `fixtures`, `handlers` or `tests`."""
    assert {path.name for path in site.iterdir()} == {"auditmock", f"coder_audit_mock-{VERSION}.dist-info"}


def test_wheel_is_pure_python(wheel: Path) -> None:
    """The wheel is for every Python 3 and every platform."""
    assert wheel.name == f"coder_audit_mock-{VERSION}-py3-none-any.whl"


@pytest.mark.parametrize("name", sorted(LICENSES))
def test_wheel_has_licenses(site: Path, name: str) -> None:
    """The wheel contains every license file unchanged."""
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
def test_metadata_matches_the_project(distribution: Distribution, field: str, value: str) -> None:
    """The wheel's metadata matches the project."""
    assert distribution.metadata[field] == value


def test_requirements_match_the_project(distribution: Distribution) -> None:
    """The wheel requires the dependencies and extras of the project, and nothing else."""
    required = {Requirement(each) for each in distribution.requires or ()}
    extras = {
        Requirement(f'{each}; extra == "{extra}"')
        for extra, requirements in PROJECT["optional-dependencies"].items()
        for each in requirements
    }

    assert required == {Requirement(each) for each in PROJECT["dependencies"]} | extras


def test_readme_is_the_description(distribution: Distribution) -> None:
    """The wheel's long description is the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert distribution.metadata["Description"].strip() == readme.strip()


def test_wheel_has_one_command(distribution: Distribution) -> None:
    """The wheel installs one command, `auditmock`."""
    commands = [(point.group, point.name, point.value) for point in distribution.entry_points]

    assert commands == [("console_scripts", "auditmock", "auditmock.cli.main:main")]


def test_installed_contract_is_found(site: Path) -> None:
    """An installed auditmock reads its own contract."""
    output = subprocess.run(
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

    assert output.strip() == str(site / "auditmock" / "_spec" / "openapi.yaml")


def test_archive_builds_the_same_wheel(wheel: Path, wheel_of_archive: Path) -> None:
    """The source archive builds the same wheel."""
    assert contents(wheel_of_archive) == contents(wheel)
