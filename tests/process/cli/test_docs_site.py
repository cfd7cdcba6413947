"""The documentation site: it builds strictly, its pages are complete, and it needs no other host."""

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


def test_no_style_loads_from_another_host(site: Path) -> None:
    """Style sheets import nothing and name no address of another host."""
    foreign = [
        (path.relative_to(site), address)
        for path in site.rglob("*.css")
        for address in re.findall(
            r"@import[^;]+|url\(['\"]?(?:https?:)?//[^)]+", path.read_text(encoding="utf-8")
        )
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
def test_the_page_exists(name: str) -> None:
    """The documentation has this page with these headings."""
    text = (DOCS / name).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+?)(?: \{#.*\})?$", text, re.MULTILINE)

    assert [heading for heading in TREE[name] if heading not in headings] == []


def test_every_page_is_in_the_navigation() -> None:
    """No page can be reached by its address only."""
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}

    assert set(re.findall(r'"([a-z-/]+\.md)"', navigation)) == pages


def test_the_architecture_has_one_diagram() -> None:
    """It is an image of the site, with a text for those who do not see it."""
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    ((text, path),) = re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page)

    assert text
    assert (DOCS / "explanation" / path).is_file()


def read_checks() -> list[list[str]]:
    """Read the rows of the catalogue of checks."""
    page = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8")
    return [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]


def test_every_check_is_explained() -> None:
    """A check has its name, rule, layer, place and releases; an aspect says why it matters."""
    page = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8")
    rows = read_checks()

    assert f"There are {len(rows)} checks." in page
    assert [row for row in rows if len(row) != 5 or not all(row)] == []
    assert [row for row in rows if not row[1].endswith(".") or not row[3].startswith("`#/")] == []
    assert re.findall(r"^## (\S+)\n\n\*\*Why it matters\.\*\*", page, re.MULTILINE) == [*ASPECTS]


def leads_somewhere(pointer: str, document: Any) -> bool:
    """Whether a JSON pointer names a node of a document."""
    node = document
    for step in pointer.removeprefix("#/").replace("~0", "~").split("/"):
        name = step.replace("~1", "/")
        node = node[int(name)] if isinstance(node, list) else node.get(name)
        if node is None:
            return False
    return True


def test_every_place_is_in_the_contract() -> None:
    """The place of a check is a JSON pointer into the contract of each release that the check is for."""
    documents = {release: open_release(release).document for release in list_releases()}
    broken = [
        (name, release, place)
        for name, _, _, place, releases in read_checks()
        for release in (list_releases() if releases == "all" else releases.split(", "))
        if not leads_somewhere(place.strip("`"), documents[release])
    ]

    assert broken == []


EQUALITY = re.compile(r"(?i)same bytes|determinis|same for everybody|byte for byte|reproducib")


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.stem
)
def test_determinism_is_claimed_where_it_holds(page: Path) -> None:
    """A claim about equal bytes is about the default seed, or names the version of Faker."""
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
