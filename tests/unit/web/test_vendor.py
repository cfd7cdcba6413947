"""Rules of what other people made: it is named, licensed, and the version that is said."""

import gzip
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[3] / "auditmock" / "web" / "vendor"
README = (VENDOR / "README.md").read_text(encoding="utf-8")
FILES = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
OURS = {"README.md", "__init__.py"}
PACKAGES = dict(re.findall(r"npm package `([^`]+)` ([0-9.]+)", README))


def test_every_file_is_told_of() -> None:
    """The README names each file, or the folder it is in."""
    files = {name.partition("/")[0] for name in FILES if "__pycache__" not in name}

    assert {name for name in files - OURS if name not in README} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_have_their_licence(package: str) -> None:
    """Each package's licence lies beside it."""
    noun = "scalar" if package.startswith("@scalar/") else package

    assert f"LICENSE.{noun}" in FILES


def test_uplot_is_the_version_that_is_said() -> None:
    """The script's own first lines agree with the README."""
    script = gzip.decompress((VENDOR / "uplot.js.gz").read_bytes()).decode()

    assert f"(v{PACKAGES['uplot']})" in script


def test_lit_html_is_the_version_that_is_said() -> None:
    """What the script tells the page of itself agrees with the README."""
    script = (VENDOR / "lit-html" / "lit-html.js").read_text(encoding="utf-8")

    assert f'.push("{PACKAGES["lit-html"]}")' in script
