"""README and CONTRIBUTING: they are short, and the files and commands they name exist.

test_docs_pages runs their commands.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIZES = {"README.md": 6000, "CONTRIBUTING.md": 7000}
"""Maximum size in bytes, by page."""

FIRST_SCREEN = 25

every_page = pytest.mark.parametrize("page", SIZES)


@every_page
def test_page_is_short(page: str) -> None:
    """The page is not larger than its limit."""
    assert (ROOT / page).stat().st_size <= SIZES[page]


@pytest.mark.parametrize("command", ["make serve", "make test"])
def test_first_screen_has_the_command(command: str) -> None:
    """The first screen of the README has the commands that serve and test."""
    assert any(line.startswith(command) for line in README.splitlines()[:FIRST_SCREEN])


def test_images_exist() -> None:
    """Each image of the README is a file of the repository with an alternative text."""
    images = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", README)

    assert images
    assert [path for text, path in images if not text or not (ROOT / path).is_file()] == []


@every_page
def test_make_targets_exist(page: str) -> None:
    """Each `make` target of the page is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / page).read_text(encoding="utf-8")

    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@every_page
def test_links_exist(page: str) -> None:
    """Each relative link is a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_files_of_recipes_exist() -> None:
    """Each file and folder that CONTRIBUTING names is in the repository, except build output."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`([\w./-]+/[\w./-]*)`", text)

    assert paths
    assert [
        path for path in paths if not path.startswith(("build/", "order/")) and not (ROOT / path).exists()
    ] == []


def test_tables_of_recipes_exist() -> None:
    """Each table that CONTRIBUTING names as a place to extend is defined in the code."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`(?:\w+\.)?(_?[A-Z_]{5,}|_[a-z]+)`", text))
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("auditmock", "fixtures", "tests")
        for path in (ROOT / folder).rglob("*.py")
    )

    assert names
    assert [name for name in names if not re.search(rf"\b{name}\b( =|:)", code)] == []
