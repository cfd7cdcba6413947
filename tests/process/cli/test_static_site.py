"""`auditmock docs`: the files it writes, the directories it accepts, and what it says about errors."""

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
    """Write a site into a directory that does not exist yet."""
    folder = tmp_path_factory.mktemp("docs") / "new" / "site"
    done = run("--output", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def read_pages(site: Path) -> Iterator[tuple[Path, HtmlReferences]]:
    """Read each page of the site."""
    for path in sorted(site.glob("*.html")):
        yield path, HtmlReferences(path.read_text(encoding="utf-8"))


@every_release
def test_the_contract_is_there_as_files(site: Path, release: str) -> None:
    """YAML and JSON are the contract that `auditmock contract` writes."""
    addresses, contract = addresses_of(release), open_release(release)

    assert (site / addresses.yaml).read_text(encoding="utf-8") == contract.text
    assert json.loads((site / addresses.json).read_text(encoding="utf-8")) == contract.document
    assert yaml.safe_load(contract.text) == contract.document


@every_release
def test_the_page_of_a_release_links_to_all_others(site: Path, release: str) -> None:
    """The navigation bar has every release and marks that of the page."""
    page = HtmlReferences((site / addresses_of(release).api).read_text(encoding="utf-8"))

    assert {addresses_of(each).api for each in list_releases()} <= {*page.links}
    assert page.current == [addresses_of(release).api]


def test_the_home_page_is_the_documented_release() -> None:
    """A web server shows it for the address of the directory."""
    assert addresses_of(DOCUMENTED).api == "index.html"


def test_all_addresses_are_relative_and_exist(site: Path) -> None:
    """Whatever a page loads or links to is a file of the site, and its anchor is an element."""
    pages = dict(read_pages(site))
    broken = [
        (path.name, address)
        for path, page in pages.items()
        for address in (*page.assets, *page.links)
        for name, _, anchor in [address.partition("#")]
        if not (site / (name or path.name)).is_file()
        or "/" in name
        or (anchor and anchor not in pages[site / (name or path.name)].ids)
    ]

    assert len(pages) == len(list_releases()) + 2
    assert broken == []


def test_the_drift_page_has_every_deployed_release(site: Path) -> None:
    """Each overlay has its section."""
    page = (site / "drift.html").read_text(encoding="utf-8")

    assert [release for release in find_overlays() if f'id="{release}"' not in page] == []


def test_no_slot_is_left(site: Path) -> None:
    """Every page is rendered to its end."""
    assert [path.name for path in site.glob("*.html") if "{{" in path.read_text(encoding="utf-8")] == []


def test_the_result_is_announced(tmp_path: Path) -> None:
    """The command says where the site is, and how to look at it."""
    done = run("-o", tmp_path / "site")
    written = len([*(tmp_path / "site").iterdir()]) - 1

    assert done.stdout == (
        f"{tmp_path / 'site'}: {written} files. "
        f"To view them, run: python -m http.server --directory {tmp_path / 'site'}\n"
    )


def test_requests_are_off_by_default(site: Path) -> None:
    """Without --server no page sends a request to any server but its own."""
    page = unescape((site / "index.html").read_text(encoding="utf-8"))

    assert "connect-src 'self';" in page
    assert "data-sends-requests" not in page


def test_requests_go_to_the_server(tmp_path: Path) -> None:
    """With --server the pages may connect to it, and to no other."""
    run("-o", tmp_path, "--server", "https://mock.example.com:8443/base/")
    page = unescape((tmp_path / "index.html").read_text(encoding="utf-8"))

    assert "connect-src 'self' https://mock.example.com:8443;" in page
    assert 'data-server="https://mock.example.com:8443/base"' in page


def test_an_earlier_site_is_replaced(tmp_path: Path) -> None:
    """What the earlier site had and this one has not is removed; files of others stay."""
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


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """A directory with other files is not touched unless --force is given, which keeps them."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    refused = run("-o", tmp_path)
    names = [path.name for path in tmp_path.iterdir()]
    forced = run("-o", tmp_path, "--force")

    assert (refused.returncode, names) == (2, ["notes.txt"])
    assert refused.stderr == (
        f"auditmock: {tmp_path} contains other files. "
        "Choose an empty directory, or add --force to write the site beside them.\n"
    )
    assert forced.returncode == 0
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


ERRORS = {
    "no directory": ((), "Missing option '--output'"),
    "a file": (("-o", "a-file"), '--output: "a-file" is a file, not a directory.'),
    "below a file": (("-o", "a-file/site"), "cannot write a-file/site: not a directory"),
    "not writable": (("-o", "/proc/site"), "cannot write /proc/site: no such file or directory"),
    "no address": (
        ("-o", "site", "--server", "mock"),
        '--server: "mock" is not an address such as https://mock.example.com.',
    ),
    "another scheme": (("-o", "site", "--server", "ftp://mock"), '"ftp://mock" is not an address such as'),
}


@pytest.mark.parametrize(("words", "reason"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_one_line_and_status_two(
    words: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong is said in one line, and no directory is made."""
    monkeypatch.chdir(tmp_path)
    Path("a-file").write_text("", encoding="utf-8")
    done = run(*words)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("auditmock: ")
    assert reason in done.stderr
    assert not Path("site").exists()


def test_an_interrupted_run_can_be_repeated(tmp_path: Path) -> None:
    """Ctrl-C while files are written ends in one line; the next run takes the directory for its own."""
    os.mkfifo(tmp_path / "index.html")
    writing = subprocess.Popen([*COMMAND, "-o", str(tmp_path), "--force"], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 30
    while not (tmp_path / MANIFEST).exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)  # until it waits for a reader of the pipe
    writing.send_signal(signal.SIGINT)
    _, errors = writing.communicate(timeout=30)
    (tmp_path / "index.html").unlink()

    assert (writing.returncode, errors.strip()) == (2, "auditmock: interrupted")
    assert run("-o", tmp_path).returncode == 0
