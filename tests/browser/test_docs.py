"""Rules of the docs page, as a real browser sees it."""

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
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SEND = re.compile("^Send (get|post) request to")
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
BRIGHTNESS = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3))"

every_operation = pytest.mark.parametrize("operation", SUMMARIES)


def show(page: Page, server: Running, operation: str) -> Locator:
    """Open the page at an operation and give its section."""
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
    """Press Send and give the request that left."""
    with form.page.expect_request(f"**{CONTRACT.base_path}/**") as sent:
        form.get_by_role("button", name=SEND).click()
    return sent.value


def search_of(request: Request) -> str:
    """Give the `q` of a request that has exactly one."""
    (search,) = parse_qs(urlsplit(request.url).query, keep_blank_values=True)["q"]
    return search


def status_of(request: Request) -> int:
    """Give the status a request was answered with."""
    response = request.response()
    return response.status if response else 0


def test_nothing_leaves_the_server(open_tab: OpenTab, server: Running) -> None:
    """Reading everything and sending a request asks this server only."""
    tab = open_tab(viewport=DESK)
    form = open_form(tab.page, server, GET)
    send(form)
    expect(form.get_by_text("200 OK")).to_be_visible()
    show(tab.page, server, POST)

    strangers = [url for url in tab.asked if not url.startswith((f"{server.url}/", "data:", "blob:"))]

    assert tab.asked
    assert strangers == []


def test_nothing_is_complained_of(open_tab: OpenTab, server: Running) -> None:
    """The console stays free of errors and warnings, missing files and blocked requests among them."""
    tab = open_tab(viewport=DESK)
    form = open_form(tab.page, server, GET)
    send(form)
    expect(form.get_by_text("200 OK")).to_be_visible()

    assert tab.complaints == []


@every_operation
def test_operations_are_shown(open_tab: OpenTab, server: Running, operation: str) -> None:
    """Each operation has its heading, and a code sample that carries the header of the token."""
    section = show(open_tab(viewport=DESK).page, server, operation)

    expect(section.get_by_role("heading", name=SUMMARIES[operation])).to_be_visible()
    expect(section).to_contain_text(f"--header '{HEADER}: ")


def test_the_search_keys_are_shown(open_tab: OpenTab, server: Running) -> None:
    """The table of keys that `q` speaks of has a row for each."""
    section = show(open_tab(viewport=DESK).page, server, GET)

    for key in CONTRACT.search.keys:
        expect(section.get_by_role("row").filter(has_text=key).first).to_be_visible()


def test_a_list_is_one_click_away(open_tab: OpenTab, server: Running) -> None:
    """The first request is signed, has an empty `q`, and brings logs."""
    form = open_form(open_tab(viewport=DESK).page, server, GET)

    request = send(form)

    assert request.headers[HEADER.lower()] == TOKEN
    assert search_of(request) == ""
    expect(form.get_by_text("200 OK")).to_be_visible()
    expect(form.get_by_text('"resource_target"').first).to_be_visible()


def test_examples_are_choices(open_tab: OpenTab, server: Running) -> None:
    """Each example of `q` can be picked, is sent as it stands, and is answered."""
    page = open_tab(viewport=DESK).page
    form = open_form(page, server, GET)
    picked = []
    for search in SEARCHES:
        form.get_by_role("row").filter(has_text="Required").get_by_role("button").first.click()
        page.get_by_role("menuitem", name=search or "(empty: all logs)", exact=True).click()
        request = send(form)
        picked.append((search_of(request), status_of(request)))

    assert picked == [(search, 200) for search in SEARCHES]


def test_a_log_is_one_click_away(open_tab: OpenTab, start_server: Start) -> None:
    """The example of the other operation works too: 204, and one more log."""
    server = start_server("--logs", "10")
    form = open_form(open_tab(viewport=DESK).page, server, POST)

    send(form)

    expect(form.get_by_text("204 No Content")).to_be_visible()
    logs = httpx.get(f"{server.url}{CONTRACT.base_path}/audit?q=", headers={HEADER: TOKEN})
    assert logs.json()["count"] == 11


@every_operation
def test_a_phone_is_wide_enough(open_tab: OpenTab, server: Running, operation: str) -> None:
    """Nothing makes the page wider than the screen."""
    page = open_tab(viewport=PHONE, is_mobile=True, has_touch=True).page
    show(page, server, operation)

    needed, given = page.evaluate(WIDTHS)

    assert needed == given == PHONE["width"]


def test_a_phone_sends_requests(open_tab: OpenTab, server: Running) -> None:
    """The form fits on a phone."""
    form = open_form(open_tab(viewport=PHONE, is_mobile=True, has_touch=True).page, server, GET)

    send(form)

    expect(form.get_by_text("200 OK")).to_be_in_viewport()


@pytest.mark.parametrize(("scheme", "brightness"), [("light", range(240, 256)), ("dark", range(40))])
def test_the_colours_are_the_readers(
    open_tab: OpenTab, server: Running, scheme: str, brightness: range
) -> None:
    """The page is light or dark as the reader's system is."""
    page = open_tab(viewport=DESK, color_scheme=scheme).page
    show(page, server, GET)

    assert page.evaluate(BRIGHTNESS) in brightness


def test_the_contract_is_there_without_scripts(open_tab: OpenTab, server: Running) -> None:
    """Who runs no JavaScript finds the contract as a file."""
    page = open_tab(java_script_enabled=False).page
    page.goto(f"{server.url}/docs")

    expect(page.get_by_role("link", name="openapi.yaml")).to_have_attribute("href", "/openapi.yaml")
