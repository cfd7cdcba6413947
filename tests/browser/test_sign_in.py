"""Rules of the sign-in page in a real browser: how somebody with the control token gets to the window."""

import httpx
import pytest
from browser_tabs import OpenTab, Tab
from dashboards import AUDIT, DESK, PHONE
from playwright.sync_api import Page, expect
from processes import Running, Start

TOKEN = "a-control-token-42"  # noqa: S105
REFUSED = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
"""What Chromium says by itself of any page with that status."""

WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
BRIGHTNESS = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3))"

pytestmark = pytest.mark.browser


@pytest.fixture
def locked(start_server: Start) -> Running:
    """Give a server with a control token."""
    return start_server("--logs", "20", "--control-token", TOKEN)


def show(tab: Tab, server: Running, rest: str = "") -> Page:
    """Open the window, which is locked."""
    tab.page.goto(f"{server.url}/_mock/{rest}")
    expect(tab.page.get_by_role("heading", name="Sign in to the window")).to_be_visible()
    return tab.page


def type_in(page: Page, token: str) -> None:
    """Sign in by the keyboard alone, from wherever the page puts the focus."""
    page.keyboard.type(token)
    page.keyboard.press("Enter")


def enter(tab: Tab, server: Running, rest: str = "") -> Page:
    """Sign in, and forget what the browser said of the page that asked."""
    page = show(tab, server, rest)
    type_in(page, TOKEN)
    page.locator(".news.live").wait_for()
    assert set(tab.complaints) == {REFUSED}
    tab.complaints.clear()
    return page


def test_the_keyboard_signs_in(open_tab: OpenTab, locked: Running) -> None:
    """The token and Enter open the window; its request_log and its controls live by the cookie alone."""
    tab = open_tab(viewport=DESK)
    page = enter(tab, locked)

    httpx.get(f"{locked.url}{AUDIT}?q=resource_type:template")
    expect(page.get_by_role("option").filter(has_text="resource_type:template")).to_be_visible()
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator(".dial.frozen")).to_be_visible()

    assert tab.complaints == []


def test_a_wrong_token_is_told(open_tab: OpenTab, locked: Running) -> None:
    """After a wrong token the page says so and waits for another one."""
    page = show(open_tab(viewport=DESK), locked)
    type_in(page, "a-wrong-token")

    expect(page.get_by_role("alert")).to_have_text("Wrong control token. Check it and try again.")
    expect(page.get_by_label("Control token")).to_be_focused()
    type_in(page, TOKEN)
    expect(page.locator(".news.live")).to_be_visible()


def test_the_way_to_a_view_is_kept(open_tab: OpenTab, locked: Running) -> None:
    """World and view of the address are those of the window that opens, and no address has the token."""
    tab = open_tab(viewport=DESK)
    page = enter(tab, locked, "?world=0000000000000000000000#logs")

    expect(page.get_by_label("Search audit logs")).to_be_visible()
    expect(page).to_have_url(f"{locked.url}/_mock/?world=0000000000000000000000#logs")
    assert not [url for url in tab.asked if TOKEN in url]


def test_another_tab_is_signed_in_too(open_tab: OpenTab, locked: Running) -> None:
    """The cookie holds for the browser, not for one tab."""
    page = enter(open_tab(viewport=DESK), locked).context.new_page()
    page.goto(f"{locked.url}/_mock/")

    expect(page.locator(".news.live")).to_be_visible()


def test_the_page_is_whole(open_tab: OpenTab, locked: Running) -> None:
    """The sign-in page asks for nothing but its picture, and keeps its own policy."""
    tab = open_tab(viewport=DESK)
    show(tab, locked)

    assert set(tab.asked) == {f"{locked.url}/_mock/", f"{locked.url}/favicon.svg"}
    assert tab.complaints == [REFUSED]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_looks_as_the_window(open_tab: OpenTab, locked: Running, scheme: str) -> None:
    """It is as light or dark as the window that opens, and fits a phone."""
    tab = open_tab(viewport=PHONE, color_scheme=scheme)
    page = show(tab, locked)
    type_in(page, "wrong")
    page.get_by_role("alert").wait_for()
    needed, given = page.evaluate(WIDTHS)
    brightness = page.evaluate(BRIGHTNESS)
    type_in(page, TOKEN)
    page.locator(".news.live").wait_for()

    assert needed == given == PHONE["width"]
    assert brightness == page.evaluate(BRIGHTNESS)


def test_a_window_that_is_shut_out_leads_there(open_tab: OpenTab, locked: Running) -> None:
    """Where the server takes the cookie no more, the window leads to the sign-in page."""
    page = open_tab(viewport=DESK).page
    page.goto(f"{locked.url}/_mock/")
    type_in(page, TOKEN)
    page.locator(".news.live").wait_for()
    page.route("**/_mock/events", lambda route: route.fulfill(status=403, json={"message": "Closed."}))
    page.reload()
    expect(page.get_by_role("heading", name="The control API is closed")).to_be_visible()
    page.context.clear_cookies()

    page.get_by_role("button", name="Sign in").press("Enter")

    expect(page.get_by_label("Control token")).to_be_focused()
