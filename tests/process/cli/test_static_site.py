"""`auditmock docs`: the files it writes, the folders it accepts, and its errors."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import yaml
from html_references import HtmlReferences

from auditmock.openapi.releases import DOCUMENTED, find_overlays, list_releases, open_release
from auditmock.web.static_site import MANIFEST, addresses_of

COMMAND = [sys.executable, "-P", "-m", "auditmock", "docs"]
every_release = pytest.mark.parametrize("release", list_releases())


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a site into a new folder."""
    folder = tmp_path_factory.mktemp("docs") / "new" / "site"
    done = run("--output", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def read_pages(site: Path) -> Iterator[tuple[Path, HtmlReferences]]:
    """Read each page of the site."""
    for path in sorted(site.glob("*.html")):
        yield path, HtmlReferences(path.read_text(encoding="utf-8"))


@every_release
def test_contract_is_written(site: Path, release: str) -> None:
    """YAML and JSON equal the contract that `auditmock contract` prints."""
    files, contract = addresses_of(release), open_release(release)

    assert (site / files.yaml).read_text(encoding="utf-8") == contract.text
    assert json.loads((site / files.json).read_text(encoding="utf-8")) == contract.document
    assert yaml.safe_load(contract.text) == contract.document


@every_release
def test_page_links_to_all_releases(site: Path, release: str) -> None:
    """The navigation bar has every release and marks that of the page."""
    page = HtmlReferences((site / addresses_of(release).api).read_text(encoding="utf-8"))

    assert {addresses_of(other).api for other in list_releases()} <= {*page.links}
    assert page.current == [addresses_of(release).api]


def test_home_page_is_the_documented_release() -> None:
    """`index.html` is the page of the documented release."""
    assert addresses_of(DOCUMENTED).api == "index.html"


def test_links_are_relative_and_work(site: Path) -> None:
    """Every link is a file of the site, and its anchor an element."""
    pages = dict(read_pages(site))
    broken = [
        (path.name, url)
        for path, page in pages.items()
        for url in (*page.assets, *page.links)
        for name, _, anchor in [url.partition("#")]
        if not (site / (name or path.name)).is_file()
        or "/" in name
        or (anchor and anchor not in pages[site / (name or path.name)].ids)
    ]

    assert len(pages) == len(list_releases()) + 2
    assert broken == []


def test_drift_page_has_every_release(site: Path) -> None:
    """Each overlay has a section."""
    page = (site / "drift.html").read_text(encoding="utf-8")

    assert [release for release in find_overlays() if f'id="{release}"' not in page] == []


def test_templates_are_filled(site: Path) -> None:
    """No page has an unfilled placeholder."""
    assert [path.name for path in site.glob("*.html") if "{{" in path.read_text(encoding="utf-8")] == []


def test_output_names_the_folder(tmp_path: Path) -> None:
    """The command prints the folder and how to view the site."""
    done = run("-o", tmp_path / "site")
    written = len([*(tmp_path / "site").iterdir()]) - 1

    assert done.stdout == (
        f"{tmp_path / 'site'}: {written} files. "
        f"To view them, run: python -m http.server --directory {tmp_path / 'site'}\n"
    )


def test_requests_are_disabled_by_default(site: Path) -> None:
    """Without --server no page can send a request to another server."""
    page = unescape((site / "index.html").read_text(encoding="utf-8"))

    assert "connect-src 'self';" in page
    assert "data-sends-requests" not in page


def test_server_is_allowed(tmp_path: Path) -> None:
    """With --server the pages may connect to that server only."""
    run("-o", tmp_path, "--server", "https://mock.example.com:8443/base/")
    page = unescape((tmp_path / "index.html").read_text(encoding="utf-8"))

    assert "connect-src 'self' https://mock.example.com:8443;" in page
    assert 'data-server="https://mock.example.com:8443/base"' in page


@pytest.mark.slow
def test_earlier_site_is_replaced(tmp_path: Path) -> None:
    """Files that only the earlier site had are removed; other files stay."""
    run("-o", tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"] += ["v0.1.html", "../outside.txt"]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("v0.1.html", "../outside.txt", "CNAME", "index.html"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    done = run("-o", tmp_path)

    assert done.returncode == 0
    assert not (tmp_path / "v0.1.html").exists()
    assert (tmp_path / "index.html").read_text(encoding="utf-8") != "old"
    assert (tmp_path / "CNAME").read_text(encoding="utf-8") == "old"
    assert (tmp_path / "../outside.txt").read_text(encoding="utf-8") == "old"


def test_folder_with_other_files_needs_force(tmp_path: Path) -> None:
    """A folder with other files needs --force, which keeps them."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    rejected = run("-o", tmp_path)
    names = [path.name for path in tmp_path.iterdir()]
    forced = run("-o", tmp_path, "--force")

    assert (rejected.returncode, names) == (2, ["notes.txt"])
    assert rejected.stderr == (
        f"auditmock: {tmp_path} contains other files. "
        "Choose an empty directory, or add --force to write the site beside them.\n"
    )
    assert forced.returncode == 0
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


ERRORS = {
    "missing output": ((), "Missing option '--output'"),
    "file": (("-o", "a-file"), '--output: "a-file" is a file, not a directory.'),
    "below a file": (("-o", "a-file/site"), "cannot write a-file/site: not a directory"),
    "not writable": (("-o", "/proc/site"), "cannot write /proc/site: no such file or directory"),
    "invalid server": (
        ("-o", "site", "--server", "mock"),
        '--server: "mock" is not an address such as https://mock.example.com.',
    ),
    "other scheme": (("-o", "site", "--server", "ftp://mock"), '"ftp://mock" is not an address such as'),
}


@pytest.mark.parametrize(("words", "reason"), ERRORS.values(), ids=ERRORS)
def test_usage_error_is_one_line(
    words: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is reported in one line, and no folder is created."""
    monkeypatch.chdir(tmp_path)
    Path("a-file").write_text("", encoding="utf-8")
    done = run(*words)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("auditmock: ")
    assert reason in done.stderr
    assert not Path("site").exists()


@pytest.mark.slow
def test_interrupted_run_can_be_repeated(tmp_path: Path) -> None:
    """After Ctrl-C the next run accepts the folder as its own."""
    os.mkfifo(tmp_path / "index.html")
    process = subprocess.Popen([*COMMAND, "-o", str(tmp_path), "--force"], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (tmp_path / MANIFEST).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)  # Wait until it blocks on the named pipe.
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    (tmp_path / "index.html").unlink()

    assert (process.returncode, errors.strip()) == (2, "auditmock: interrupted")
    assert run("-o", tmp_path).returncode == 0
