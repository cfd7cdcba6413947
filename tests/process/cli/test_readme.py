"""README and CONTRIBUTING: they are short, and what they name exists.

Their commands and answers are run by test_docs_pages.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIZES = {"README.md": 6000, "CONTRIBUTING.md": 7000}
"""The largest size in bytes, by page."""

FIRST_SCREEN = 25

every_page = pytest.mark.parametrize("page", SIZES)


@every_page
def test_it_is_short(page: str) -> None:
    """A front page is not a manual."""
    assert (ROOT / page).stat().st_size <= SIZES[page]


@pytest.mark.parametrize("command", ["make serve", "make test"])
def test_a_checkout_is_used_at_once(command: str) -> None:
    """The first screen of the README has the commands that serve and test."""
    assert any(line.startswith(command) for line in README.splitlines()[:FIRST_SCREEN])


def test_the_images_exist() -> None:
    """Each image of the README is a file of the repository, and has a text."""
    images = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", README)

    assert images
    assert [path for text, path in images if not text or not (ROOT / path).is_file()] == []


@every_page
def test_the_commands_exist(page: str) -> None:
    """Each `make` target that the page names is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / page).read_text(encoding="utf-8")

    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@every_page
def test_the_links_lead_somewhere(page: str) -> None:
    """Each relative link names a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / link).exists()] == []
