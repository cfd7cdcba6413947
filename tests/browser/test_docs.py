"""The docs page in a real browser."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browser_tabs import OpenTab
from playwright.sync_api import Locator, Page, Request, expect
from processes import Running, Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.openapi.contract import load_contract

pytestmark = pytest.mark.browser

CONTRACT = load_contract()
HEADER = CONTRACT.document["components"]["securitySchemes"]["CoderSessionToken"]["name"]
TOKEN = token_of(BuiltinUser.OWNER)
GET, POST = "GET/audit", "POST/audit/testgenerate"
SUMMARIES = {
    method.upper() + path: operation["summary"]
    for path, methods in CONTRACT.document["paths"].items()
    for method, operation in methods.items()
}
SEARCHES = [example["value"] for example in CONTRACT.parameter("q")["examples"].values()]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SEND = re.compile("^Send (get|post) request to")
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
BRIGHTNESS = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3))"

every_operation = pytest.mark.parametrize("operation", SUMMARIES)


def show(page: Page, server: Running, operation: str) -> Locator:
    """Open the page at an operation and return its section."""
    page.goto("about:blank")
    page.goto(f"{server.url}/docs#tag/audit/{operation}")
    section = page.locator("section").filter(has=page.get_by_role("heading", name=SUMMARIES[operation])).last
    expect(section).to_be_visible()
    return section


def open_form(page: Page, server: Running, operation: str) -> Locator:
    """Open the form that sends requests."""
    show(page, server, operation).get_by_role("button", name="Test Request").click()
    return page.get_by_role("dialog")


def send(form: Locator) -> Request:
    """Press Send and return the request."""
    with form.page.expect_request(f"**{CONTRACT.base_path}/**") as sent:
        form.get_by_role("button", name=SEND).click()
    return sent.value


def search_of(request: Request) -> str:
    """Return the `q` of a request."""
    (search,) = parse_qs(urlsplit(request.url).query, keep_blank_values=True)["q"]
    return search


def status_of(request: Request) -> int:
    """Return the status of the response to a request."""
    response = request.response()
    return response.status if response else 0


def test_page_requests_only_this_server(open_tab: OpenTab, server: Running) -> None:
    """The page and the request form send requests to this server only."""
    tab = open_tab(viewport=DESKTOP)
    form = open_form(tab.page, server, GET)
    send(form)
    expect(form.get_by_text("200 OK")).to_be_visible()
    show(tab.page, server, POST)

    foreign_urls = [
        url for url in tab.requested_urls if not url.startswith((f"{server.url}/", "data:", "blob:"))
    ]

    assert tab.requested_urls
    assert foreign_urls == []


def test_console_is_empty(open_tab: OpenTab, server: Running) -> None:
    """The console has no errors or warnings."""
    tab = open_tab(viewport=DESKTOP)
    form = open_form(tab.page, server, GET)
    send(form)
    expect(form.get_by_text("200 OK")).to_be_visible()

    assert tab.problems == []


@every_operation
def test_operations_are_shown(open_tab: OpenTab, server: Running, operation: str) -> None:
    """Each operation has its heading and a code sample with the token header."""
    section = show(open_tab(viewport=DESKTOP).page, server, operation)

    expect(section.get_by_role("heading", name=SUMMARIES[operation])).to_be_visible()
    expect(section).to_contain_text(f"--header '{HEADER}: ")


def test_search_keys_are_shown(open_tab: OpenTab, server: Running) -> None:
    """The table of search keys has a row for each key."""
    section = show(open_tab(viewport=DESKTOP).page, server, GET)

    for key in CONTRACT.search.keys:
        expect(section.get_by_role("row").filter(has_text=key).first).to_be_visible()


def test_default_request_lists_logs(open_tab: OpenTab, server: Running) -> None:
    """The default request has the token and an empty `q`, and returns logs."""
    form = open_form(open_tab(viewport=DESKTOP).page, server, GET)

    request = send(form)

    assert request.headers[HEADER.lower()] == TOKEN
    assert search_of(request) == ""
    expect(form.get_by_text("200 OK")).to_be_visible()
    expect(form.get_by_text('"resource_target"').first).to_be_visible()


def test_examples_can_be_selected(open_tab: OpenTab, server: Running) -> None:
    """Each example of `q` can be selected, is sent unchanged and gets a 200."""
    page = open_tab(viewport=DESKTOP).page
    form = open_form(page, server, GET)
    results = []
    for search in SEARCHES:
        form.get_by_role("row").filter(has_text="Required").get_by_role("button").first.click()
        page.get_by_role("menuitem", name=search or "(empty: all logs)", exact=True).click()
        request = send(form)
        results.append((search_of(request), status_of(request)))

    assert results == [(search, 200) for search in SEARCHES]


def test_default_post_writes_a_log(open_tab: OpenTab, start_server: Start) -> None:
    """The example of the write operation gets a 204 and adds a log."""
    server = start_server("--logs", "10")
    form = open_form(open_tab(viewport=DESKTOP).page, server, POST)

    send(form)

    expect(form.get_by_text("204 No Content")).to_be_visible()
    logs = httpx.get(f"{server.url}{CONTRACT.base_path}/audit?q=", headers={HEADER: TOKEN})
    assert logs.json()["count"] == 11


@every_operation
def test_page_fits_a_phone(open_tab: OpenTab, server: Running, operation: str) -> None:
    """No operation is wider than the screen."""
    page = open_tab(viewport=PHONE, is_mobile=True, has_touch=True).page
    show(page, server, operation)

    needed, available = page.evaluate(WIDTHS)

    assert needed == available == PHONE["width"]


def test_form_fits_a_phone(open_tab: OpenTab, server: Running) -> None:
    """The form can be used on a phone."""
    form = open_form(open_tab(viewport=PHONE, is_mobile=True, has_touch=True).page, server, GET)

    send(form)

    expect(form.get_by_text("200 OK")).to_be_in_viewport()


@pytest.mark.parametrize(("scheme", "brightness"), [("light", range(240, 256)), ("dark", range(40))])
def test_colours_follow_the_system(
    open_tab: OpenTab, server: Running, scheme: str, brightness: range
) -> None:
    """The page is light or dark like the system."""
    page = open_tab(viewport=DESKTOP, color_scheme=scheme).page
    show(page, server, GET)

    assert page.evaluate(BRIGHTNESS) in brightness


def test_page_without_javascript_links_the_contract(open_tab: OpenTab, server: Running) -> None:
    """Without JavaScript the page links the contract."""
    page = open_tab(java_script_enabled=False).page
    page.goto(f"{server.url}/docs")

    expect(page.get_by_role("link", name="openapi.yaml")).to_have_attribute("href", "/openapi.yaml")
