"""Rules of the window's request_log and explanations, as a real browser sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser_tabs import OpenTab
from dashboards import DESK, Window
from playwright.sync_api import Locator, expect
from processes import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def window(open_tab: OpenTab, server: Running) -> Window:
    """Give a window on a world of its own."""
    return Window(server, open_tab(viewport=DESK))


def row(window: Window, number: int) -> Locator:
    """Give a request's line in the request_log."""
    return window.page.locator(f"#request-{number}")


def test_requests_appear_as_they_happen(window: Window) -> None:
    """What is asked while the page is open stands at the top of the request_log."""
    window.show()

    number = window.ask("q=action:delete+resource_type:user")

    expect(window.requests.first).to_have_id(f"request-{number}")
    expect(row(window, number)).to_contain_text("q=action:delete resource_type:user")


def test_earlier_requests_are_there(window: Window) -> None:
    """What was asked before the page was opened is in the request_log too."""
    number = window.ask("q=")

    window.show()

    expect(row(window, number)).to_contain_text("200")


def test_news_arrive_without_a_stream(window: Window) -> None:
    """Where events do not get through, the page asks again and again."""
    window.page.route("**/_mock/events", lambda route: route.abort())
    window.page.goto(f"{window.server.url}/_mock/")
    window.page.locator(".news.asking").wait_for()

    number = window.ask("q=action:stop")

    expect(row(window, number)).to_be_visible(timeout=10_000)


def test_a_request_is_explained(window: Window) -> None:
    """A click shows token, person, world, search, filter and page of a request."""
    number = window.ask("q=action:delete&limit=7")
    window.show()

    row(window, number).click()

    told = window.card("Explanation")
    for said in (f"Request {number}", "Token", "Search", "action", "delete", "limit 7", "matched", "scanned"):
        expect(told).to_contain_text(said)


def test_a_error_is_explained(window: Window) -> None:
    """A refused search has its wrong term marked, the reason, and the nearest request that is valid."""
    number = window.ask("q=action:delete+resource_id:x")
    window.show()

    row(window, number).click()

    told = window.card("Explanation")
    expect(told.locator(".marked mark.refused")).to_have_text("resource_id:x")
    expect(told.get_by_role("alert")).to_contain_text("must be a valid uuid")
    expect(told.get_by_label("the nearest request", exact=True)).to_contain_text("action")


def test_a_click_marks_the_line(window: Window) -> None:
    """The request that is explained is the selected one."""
    number = window.ask("q=")
    window.show()

    row(window, number).click()

    expect(row(window, number)).to_have_attribute("aria-selected", "true")


def test_arrows_walk_the_request_log(window: Window) -> None:
    """Arrow keys go from request to request, and each is explained."""
    first, second, third = (window.ask(f"q=&limit={limit}") for limit in (1, 2, 3))
    page = window.show()
    request_log = page.get_by_role("listbox", name="Requests")
    expect(row(window, first)).to_be_visible()
    request_log.focus()

    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)

    expect(request_log).to_have_attribute("aria-activedescendant", f"request-{second}")
    expect(window.card("Explanation")).to_contain_text(f"Request {second}")
    assert third > second > first


def test_escape_closes_the_explanation(window: Window) -> None:
    """Escape explains nothing any more."""
    number = window.ask("q=")
    page = window.show()
    row(window, number).click()
    expect(window.card("Explanation")).to_contain_text(f"Request {number}")

    page.keyboard.press("Escape")

    expect(window.card("Explanation")).to_contain_text("Choose a request")


def filtered_by_text(window: Window) -> None:
    """Write into the filter."""
    window.page.get_by_label("Only requests that contain").fill("limit=42")


def filtered_by_world(window: Window) -> None:
    """Look at the chosen world only."""
    window.page.get_by_label("All worlds").uncheck()


@pytest.mark.parametrize("choose", [filtered_by_text, filtered_by_world])
def test_the_request_log_is_filtered(window: Window, choose: Callable[[Window], None]) -> None:
    """Text or world leaves the requests that fit."""
    other = Window(window.server, window.tab)
    wanted, unwanted = window.ask("q=&limit=42"), other.ask("q=&limit=41")
    window.show()
    expect(row(window, unwanted)).to_be_visible()

    choose(window)

    expect(row(window, wanted)).to_be_visible()
    expect(row(window, unwanted)).to_have_count(0)


def test_the_windows_own_requests_can_be_left_out(window: Window) -> None:
    """What the page itself asked for is marked, and goes when it is not wanted."""
    page = window.show("logs")
    page.get_by_role("tab", name="Requests").click()
    mine = window.requests.filter(has_text="this window")
    expect(mine).to_have_count(1)

    page.get_by_label("This window's").uncheck()

    expect(mine).to_have_count(0)


def test_the_request_log_is_emptied(window: Window) -> None:
    """The button empties the request_log of the server."""
    number = window.ask("q=")
    page = window.show()
    expect(row(window, number)).to_be_visible()

    page.get_by_role("button", name="Empty", exact=True).click()

    expect(page.get_by_text("Nothing was asked yet")).to_be_visible()
