"""The documentation site: it builds strictly, its pages are complete, and it needs no other host."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from html_references import HtmlReferences

from auditmock.openapi.releases import find_overlays

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "site"


def read_pages(site: Path) -> Iterator[tuple[Path, HtmlReferences]]:
    """Read each page of the site."""
    for path in sorted(site.rglob("*.html")):
        yield path, HtmlReferences(path.read_text(encoding="utf-8"))


def test_no_page_loads_from_another_host(site: Path) -> None:
    """Scripts, styles, fonts and images come from the site itself."""
    foreign = [
        (path.relative_to(site), asset)
        for path, page in read_pages(site)
        for asset in page.assets
        if urlsplit(asset).netloc
    ]

    assert foreign == []


def test_no_link_is_broken(site: Path) -> None:
    """Every relative address leads to a file of the site, and every anchor to an element."""
    pages = dict(read_pages(site))
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":  # served at any depth, so its addresses are absolute
            continue
        for address in (*page.assets, *page.links):
            scheme, host, target, _, anchor = urlsplit(address)
            if scheme or host:
                continue
            found = (path.parent / unquote(target)).resolve() if target else path
            found = found / "index.html" if found.is_dir() else found
            if not found.is_file() or (anchor and found in pages and anchor not in pages[found].ids):
                broken.append((str(path.relative_to(site)), address))

    assert broken == []


def test_the_generated_pages_are_up_to_date() -> None:
    """The reference pages are what the code says today."""
    command = [sys.executable, str(ROOT / "scripts" / "reference"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def find_extensions(node: object) -> Iterator[str]:
    """Find the names of extensions in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if str(name).startswith("x-"):
                yield name
            yield from find_extensions(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_extensions(value)


def test_every_extension_is_explained() -> None:
    """The page about extensions lists those that the contract and the overlays use, and no other."""
    files = [ROOT / "openapi.yaml", *find_overlays().values()]
    used = {
        name for path in files for name in find_extensions(yaml.safe_load(path.read_text(encoding="utf-8")))
    }
    page = (ROOT / "docs" / "explanation" / "extensions.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(x-[a-z-]+)` \|", page, re.MULTILINE)) == used


SECTION = r"\d+(?:\.\d+)?"


def test_every_citation_leads_to_a_section() -> None:
    """Each section of the reference that code and overlays cite is an anchor of its page."""
    reference = (ROOT / "docs" / "reference" / "coder-server.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r"\{#s([0-9-]+)\}", reference))
    folders = ("auditmock", "handlers", "fixtures", "overlays", "tests")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".yaml"}
    ]
    cited = {
        section
        for path in files
        for group in re.findall(
            rf"[Rr]eference ({SECTION}(?:, {SECTION})*)", path.read_text(encoding="utf-8")
        )
        for section in group.split(", ")
    }

    assert {section for section in cited if section.replace(".", "-") not in anchors} == set()
    assert cited
