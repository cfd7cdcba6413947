"""The sign-in page in a real browser: from the control token to the dashboard."""

import httpx
import pytest
from browser_tabs import OpenTab, Tab
from dashboards import AUDIT, DESKTOP, PHONE
from playwright.sync_api import Page, expect
from processes import Running, Start

TOKEN = "a-control-token-42"  # noqa: S105
FORBIDDEN = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
"""Chromium's own message for a page with that status."""

WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
BRIGHTNESS = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3))"

pytestmark = pytest.mark.browser


@pytest.fixture
def locked_server(start_server: Start) -> Running:
    """Start a server with a control token."""
    return start_server("--logs", "20", "--control-token", TOKEN)


def open_sign_in(tab: Tab, server: Running, suffix: str = "") -> Page:
    """Open the locked dashboard."""
    tab.page.goto(f"{server.url}/_mock/{suffix}")
    expect(tab.page.get_by_role("heading", name="Sign in to the dashboard")).to_be_visible()
    return tab.page


def submit(page: Page, token: str) -> None:
    """Type a token into the focused field and press Enter."""
    page.keyboard.type(token)
    page.keyboard.press("Enter")


def sign_in(tab: Tab, server: Running, suffix: str = "") -> Page:
    """Sign in and clear the console messages of the sign-in page."""
    page = open_sign_in(tab, server, suffix)
    submit(page, TOKEN)
    page.locator(".connection.live").wait_for()
    assert set(tab.problems) == {FORBIDDEN}
    tab.problems.clear()
    return page


def test_keyboard_signs_in(open_tab: OpenTab, locked_server: Running) -> None:
    """The token and Enter open the dashboard; its events and controls work with the cookie."""
    tab = open_tab(viewport=DESKTOP)
    page = sign_in(tab, locked_server)

    httpx.get(f"{locked_server.url}{AUDIT}?q=resource_type:template")
    expect(page.get_by_role("option").filter(has_text="resource_type:template")).to_be_visible()
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator(".dial.frozen")).to_be_visible()

    assert tab.problems == []


def test_wrong_token_is_reported(open_tab: OpenTab, locked_server: Running) -> None:
    """After a wrong token the page shows an error and accepts another token."""
    page = open_sign_in(open_tab(viewport=DESKTOP), locked_server)
    submit(page, "a-wrong-token")

    expect(page.get_by_role("alert")).to_have_text("Wrong control token. Check it and try again.")
    expect(page.get_by_label("Control token")).to_be_focused()
    submit(page, TOKEN)
    expect(page.locator(".connection.live")).to_be_visible()


def test_sign_in_keeps_world_and_view(open_tab: OpenTab, locked_server: Running) -> None:
    """World and view of the URL are kept, and no URL contains the token."""
    tab = open_tab(viewport=DESKTOP)
    page = sign_in(tab, locked_server, "?world=0000000000000000000000#logs")

    expect(page.get_by_label("Search audit logs")).to_be_visible()
    expect(page).to_have_url(f"{locked_server.url}/_mock/?world=0000000000000000000000#logs")
    assert not [url for url in tab.requested_urls if TOKEN in url]


def test_cookie_is_valid_in_other_tabs(open_tab: OpenTab, locked_server: Running) -> None:
    """Another tab of the browser is signed in, too."""
    page = sign_in(open_tab(viewport=DESKTOP), locked_server).context.new_page()
    page.goto(f"{locked_server.url}/_mock/")

    expect(page.locator(".connection.live")).to_be_visible()


def test_sign_in_page_loads_only_its_icon(open_tab: OpenTab, locked_server: Running) -> None:
    """The sign-in page requests only its icon and breaks no policy."""
    tab = open_tab(viewport=DESKTOP)
    open_sign_in(tab, locked_server)

    assert set(tab.requested_urls) == {f"{locked_server.url}/_mock/", f"{locked_server.url}/favicon.svg"}
    assert tab.problems == [FORBIDDEN]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_page_looks_like_the_dashboard(
    open_tab: OpenTab, locked_server: Running, scheme: str
) -> None:
    """The page has the colours of the dashboard and fits a phone."""
    tab = open_tab(viewport=PHONE, color_scheme=scheme)
    page = open_sign_in(tab, locked_server)
    submit(page, "wrong")
    page.get_by_role("alert").wait_for()
    needed, available = page.evaluate(WIDTHS)
    brightness = page.evaluate(BRIGHTNESS)
    submit(page, TOKEN)
    page.locator(".connection.live").wait_for()

    assert needed == available == PHONE["width"]
    assert brightness == page.evaluate(BRIGHTNESS)


def test_rejected_cookie_leads_to_sign_in(open_tab: OpenTab, locked_server: Running) -> None:
    """If the server rejects the cookie, the dashboard leads to the sign-in page."""
    page = open_tab(viewport=DESKTOP).page
    page.goto(f"{locked_server.url}/_mock/")
    submit(page, TOKEN)
    page.locator(".connection.live").wait_for()
    page.route("**/_mock/events", lambda route: route.fulfill(status=403, json={"message": "Closed."}))
    page.reload()
    expect(page.get_by_role("heading", name="The control API is closed")).to_be_visible()
    page.context.clear_cookies()

    page.get_by_role("button", name="Sign in").press("Enter")

    expect(page.get_by_label("Control token")).to_be_focused()
