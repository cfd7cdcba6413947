"""The documentation site: it builds without warnings, its pages are complete, and it needs no other host."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from html_references import HtmlReferences

from auditmock.checker.core.aspects import ASPECTS
from auditmock.openapi.releases import find_overlays, list_releases, open_release

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site like `make docs`."""
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


def test_pages_load_nothing_from_other_hosts(site: Path) -> None:
    """Scripts, styles, fonts and images are files of the site."""
    foreign_urls = [
        (path.relative_to(site), asset)
        for path, page in read_pages(site)
        for asset in page.assets
        if urlsplit(asset).netloc
    ]

    assert foreign_urls == []


def test_styles_load_nothing_from_other_hosts(site: Path) -> None:
    """Style sheets import nothing and contain no URL of another host."""
    foreign_urls = [
        (path.relative_to(site), url)
        for path in site.rglob("*.css")
        for url in re.findall(
            r"@import[^;]+|url\(['\"]?(?:https?:)?//[^)]+", path.read_text(encoding="utf-8")
        )
    ]

    assert foreign_urls == []


def test_links_work(site: Path) -> None:
    """Every relative link points to a file of the site, and every anchor to an element."""
    pages = dict(read_pages(site))
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":  # Served at any depth, so its links are absolute.
            continue
        for url in (*page.assets, *page.links):
            scheme, host, target, _, anchor = urlsplit(url)
            if scheme or host:
                continue
            found = (path.parent / unquote(target)).resolve() if target else path
            found = found / "index.html" if found.is_dir() else found
            if not found.is_file() or (anchor and found in pages and anchor not in pages[found].ids):
                broken.append((str(path.relative_to(site)), url))

    assert broken == []


def test_generated_pages_are_up_to_date() -> None:
    """The generated reference pages match the code."""
    command = [sys.executable, str(ROOT / "scripts" / "reference"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


TREE = {
    "tutorial.md": ["Tutorial"],
    "how-to/ci.md": ["Run it in CI", "Your deployment against the contract"],
    "how-to/production.md": ["Check a deployment", "Is it safe on production?"],
    "how-to/logs.md": ["Serve your own logs"],
    "how-to/publish.md": ["Publish the contract"],
    "reference/cli.md": ["Command line", "auditmock docs"],
    "reference/settings.md": ["Settings"],
    "reference/control-api.md": ["Control API"],
    "reference/scenario-file.md": ["Scenario file"],
    "reference/checks.md": ["Checks"],
    "reference/coder-server.md": ["The real server"],
    "explanation/architecture.md": ["Architecture", "Packages"],
    "explanation/extensions.md": ["Extensions of the contract"],
    "explanation/performance.md": ["Performance"],
    "explanation/drift.md": ["Drift"],
    "explanation/determinism.md": ["Determinism"],
}
"""Pages that readers rely on, and headings that they must have."""


@pytest.mark.parametrize("name", TREE)
def test_page_has_its_headings(name: str) -> None:
    """The documentation has this page with these headings."""
    text = (DOCS / name).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+?)(?: \{#.*\})?$", text, re.MULTILINE)

    assert [heading for heading in TREE[name] if heading not in headings] == []


def test_every_page_is_in_the_navigation() -> None:
    """Every page is in the navigation."""
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}

    assert set(re.findall(r'"([a-z-/]+\.md)"', navigation)) == pages


def test_architecture_has_one_diagram() -> None:
    """The diagram is an image of the site with an alternative text."""
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    ((text, path),) = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page)

    assert text
    assert (DOCS / "explanation" / path).is_file()


def read_checks() -> list[list[str]]:
    """Read the rows of the catalogue of checks."""
    page = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8")
    return [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]


def test_every_check_is_documented() -> None:
    """A check has name, rule, layer, place and releases; an aspect says why it matters."""
    page = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8")
    rows = read_checks()

    assert f"There are {len(rows)} checks." in page
    assert [row for row in rows if len(row) != 5 or not all(row)] == []
    assert [row for row in rows if not row[1].endswith(".") or not row[3].startswith("`#/")] == []
    assert re.findall(r"^## (\S+)\n\n\*\*Why it matters\.\*\*", page, re.MULTILINE) == [*ASPECTS]


def points_to_a_node(pointer: str, document: Any) -> bool:
    """Whether a JSON pointer names a node of a document."""
    node = document
    for step in pointer.removeprefix("#/").replace("~0", "~").split("/"):
        name = step.replace("~1", "/")
        node = node[int(name)] if isinstance(node, list) else node.get(name)
        if node is None:
            return False
    return True


def test_every_place_is_in_the_contract() -> None:
    """The place of a check is a JSON pointer into the contract of each of its releases."""
    documents = {release: open_release(release).document for release in list_releases()}
    broken = [
        (name, release, place)
        for name, _, _, place, releases in read_checks()
        for release in (list_releases() if releases == "all" else releases.split(", "))
        if not points_to_a_node(place.strip("`"), documents[release])
    ]

    assert broken == []


EQUALITY = re.compile(r"(?i)same bytes|determinis|same for everybody|byte for byte|reproducib")


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.stem
)
def test_claims_of_determinism_are_qualified(page: Path) -> None:
    """A claim of equal bytes is about the default seed or names the version of Faker."""
    claims = [
        paragraph
        for paragraph in page.read_text(encoding="utf-8").split("\n\n")
        if EQUALITY.search(paragraph) and "seed" in paragraph
    ]

    assert [claim for claim in claims if "efault seed" not in claim and "Faker" not in claim] == []


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


def test_every_extension_is_documented() -> None:
    """The page about extensions lists exactly those of the contract and the overlays."""
    files = [ROOT / "openapi.yaml", *find_overlays().values()]
    used = {
        name for path in files for name in find_extensions(yaml.safe_load(path.read_text(encoding="utf-8")))
    }
    page = (ROOT / "docs" / "explanation" / "extensions.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(x-[a-z-]+)` \|", page, re.MULTILINE)) == used


SECTION = r"\d+(?:\.\d+)?"


def test_every_citation_has_a_section() -> None:
    """Each section of the reference that code and overlays cite has an anchor."""
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
