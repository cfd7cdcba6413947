"""Vendored files: each is documented, licensed, and of the documented version."""

import gzip
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[3] / "auditmock" / "web" / "vendor"
README = (VENDOR / "README.md").read_text(encoding="utf-8")
FILES = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
OWN_FILES = {"README.md", "__init__.py"}
PACKAGES = dict(re.findall(r"npm package `([^`]+)` ([0-9.]+)", README))


def test_every_file_is_documented() -> None:
    """The README names each file, or its folder."""
    files = {name.partition("/")[0] for name in FILES if "__pycache__" not in name}

    assert {name for name in files - OWN_FILES if name not in README} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_its_license(package: str) -> None:
    """Each package has its license file."""
    name = "scalar" if package.startswith("@scalar/") else package

    assert f"LICENSE.{name}" in FILES


def test_uplot_has_the_documented_version() -> None:
    """The version in the script matches the README."""
    script = gzip.decompress((VENDOR / "uplot.js.gz").read_bytes()).decode()

    assert f"(v{PACKAGES['uplot']})" in script


def test_lit_html_has_the_documented_version() -> None:
    """The version in the script matches the README."""
    script = (VENDOR / "lit-html" / "lit-html.js").read_text(encoding="utf-8")

    assert f'.push("{PACKAGES["lit-html"]}")' in script
