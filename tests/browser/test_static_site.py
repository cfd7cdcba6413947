"""The site that `auditmock docs` writes, in a real browser on a plain file server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from browser_tabs import OpenTab, Tab
from playwright.sync_api import Page, Route, expect
from processes import Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.releases import DOCUMENTED, find_overlays, list_releases, open_release
from auditmock.web.static_site import addresses_of

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SUB_PATH = "some/where"
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
API_PAGES = {release: addresses_of(release).api for release in list_releases()}
PAGES = (*API_PAGES.values(), "drift.html", "coder-server.html")

NEWEST = list_releases()[-1]

every_page = pytest.mark.parametrize("page", PAGES)
every_release = pytest.mark.parametrize("release", list_releases())


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def write_site(folder: Path, *flags: str) -> None:
    """Run the command."""
    command = [sys.executable, "-P", "-m", "auditmock", "docs", "--output", str(folder), *flags]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Serve a folder like `python -m http.server`; yield it and its URL."""
    folder = tmp_path_factory.mktemp("files")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(files: tuple[Path, str]) -> str:
    """Write the site below a sub-path and return its URL."""
    folder, url = files
    write_site(folder / SUB_PATH)
    return f"{url}/{SUB_PATH}/"


def open_page(open_tab: OpenTab, url: str, **options: Any) -> Tab:
    """Open a page in a tab that can reach nothing else, and wait until it is idle."""
    tab = open_tab(**{"viewport": DESKTOP, **options})
    host = url.split("/")[2]

    def block_others(route: Route) -> None:
        if route.request.url.split("/")[2:3] == [host]:
            route.continue_()
        else:
            route.abort()

    tab.page.route(re.compile("^https?:"), block_others)
    tab.page.on("requestfailed", lambda request: tab.problems.append(f"failed: {request.url}"))
    tab.page.goto(url)
    tab.page.wait_for_load_state("networkidle")
    return tab


def show_operation(page: Page, release: str, operation: str) -> None:
    """Wait for the heading of an operation."""
    summaries = {
        method.upper() + path: spec["summary"]
        for path, methods in open_release(release).document["paths"].items()
        for method, spec in methods.items()
        if "summary" in spec
    }
    expect(page.get_by_role("heading", name=summaries[operation]).first).to_be_attached()


@every_page
def test_page_requests_only_its_host(open_tab: OpenTab, site: str, page: str) -> None:
    """The page requests no other host, no request fails, and the console is empty."""
    tab = open_page(open_tab, site + page)
    expect(tab.page.get_by_role("heading", level=1).first).to_be_visible()

    foreign_urls = [url for url in tab.requested_urls if not url.startswith((site, "data:", "blob:"))]

    assert foreign_urls == []
    assert tab.problems == []


@every_release
@pytest.mark.parametrize("operation", ["GET/audit", "POST/audit/testgenerate"])
def test_api_page_shows_its_release(open_tab: OpenTab, site: str, release: str, operation: str) -> None:
    """Title, version and operations match the release."""
    page = open_page(open_tab, f"{site}{API_PAGES[release]}#tag/audit/{operation}").page

    assert page.title() == f"Coder audit API, {release} · auditmock"
    expect(page.get_by_role("main")).to_contain_text(open_release(release).version)
    show_operation(page, release, operation)


def test_release_switch_opens_another_release(open_tab: OpenTab, site: str) -> None:
    """One click in the navigation bar opens the page of another release."""
    page = open_page(open_tab, site).page
    for release, name in API_PAGES.items():
        page.get_by_role("navigation", name="Releases").get_by_role("link", name=release, exact=True).click()
        page.wait_for_url(f"{site}{name}")

        expect(page.get_by_role("heading", name="Coder audit API").first).to_be_visible()
        expect(page.locator(".bar [aria-current]")).to_have_text(release)


def test_drift_page_links_to_sections(open_tab: OpenTab, site: str) -> None:
    """The drift page shows every release, and its links open the reference at their heading."""
    page = open_page(open_tab, f"{site}drift.html").page
    for release in find_overlays():
        expect(page.get_by_role("heading", name=release, exact=True)).to_be_visible()

    page.get_by_role("link", name=re.compile(r"^\d+\.\d+$")).first.click()
    page.wait_for_url(re.compile(r"/coder-server\.html#s\d+-\d+$"))

    expect(page.locator(":target")).to_be_in_viewport()


@every_release
def test_links_are_served(open_tab: OpenTab, site: str, release: str) -> None:
    """Every link of the rendered page gets a 200."""
    page = open_page(open_tab, site + API_PAGES[release]).page
    show_operation(page, release, "GET/audit")
    links = page.evaluate("() => [...document.links].map((link) => link.href.split('#')[0])")
    own = {link for link in links if link.startswith(site)}

    assert {link: page.request.get(link).status for link in own} == dict.fromkeys(own, 200)
    assert {f"{site}{name}" for name in addresses_of(release)[:5]} <= own


@every_page
def test_page_fits_a_phone(open_tab: OpenTab, site: str, page: str) -> None:
    """No page is wider than the screen."""
    tab = open_page(open_tab, site + page, viewport=PHONE, is_mobile=True, has_touch=True)
    expect(tab.page.get_by_role("heading", level=1).first).to_be_visible()

    needed, given = tab.page.evaluate(WIDTHS)

    assert needed == given == PHONE["width"]


def test_requests_are_disabled_without_server(open_tab: OpenTab, site: str) -> None:
    """Without --server there is no button that sends a request."""
    page = open_page(open_tab, site).page
    show_operation(page, DOCUMENTED, "GET/audit")

    expect(page.get_by_role("button", name="Test Request")).to_have_count(0)


def test_requests_go_to_the_server(open_tab: OpenTab, files: tuple[Path, str], start_server: Start) -> None:
    """With --server the page sends its requests to that server."""
    folder, url = files
    server = start_server("--logs", "10", "--cors", url)
    write_site(folder / "live", "--server", server.url)
    page = open_tab(viewport=DESKTOP).page
    page.goto(f"{url}/live/#tag/audit/GET/audit")
    page.get_by_role("button", name="Test Request").first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Value").first.fill(token_of(BuiltinUser.OWNER))
    form.get_by_role("button", name=re.compile("^Send get request to")).click()

    expect(form.get_by_text("200 OK")).to_be_visible()


def test_page_without_javascript_links_the_files(open_tab: OpenTab, site: str) -> None:
    """Without JavaScript the page links the files and the other pages."""
    page = open_tab(java_script_enabled=False).page
    page.goto(f"{site}{API_PAGES[NEWEST]}")
    name = addresses_of(NEWEST).yaml

    expect(page.get_by_role("link", name=name)).to_have_attribute("href", name)
    expect(page.get_by_role("link", name="The real server")).to_be_visible()
