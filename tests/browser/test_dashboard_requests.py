"""Dashboard, request log and explanations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser_tabs import OpenTab
from dashboards import DESKTOP, Dashboard
from playwright.sync_api import Locator, expect
from processes import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(open_tab: OpenTab, server: Running) -> Dashboard:
    """Open a dashboard on a private world."""
    return Dashboard(server, open_tab(viewport=DESKTOP))


def row(dashboard: Dashboard, number: int) -> Locator:
    """Return the row of a request in the request log."""
    return dashboard.page.locator(f"#request-{number}")


def test_new_request_appears_first(dashboard: Dashboard) -> None:
    """A new request appears at the top of the request log."""
    dashboard.show()

    number = dashboard.send_search("q=action:delete+resource_type:user")

    expect(dashboard.rows.first).to_have_id(f"request-{number}")
    expect(row(dashboard, number)).to_contain_text("q=action:delete resource_type:user")


def test_earlier_requests_are_listed(dashboard: Dashboard) -> None:
    """Requests from before the page was opened are in the request log."""
    number = dashboard.send_search("q=")

    dashboard.show()

    expect(row(dashboard, number)).to_contain_text("200")


def test_page_polls_without_events(dashboard: Dashboard) -> None:
    """If the event stream fails, the page polls."""
    dashboard.page.route("**/_mock/events", lambda route: route.abort())
    dashboard.page.goto(f"{dashboard.server.url}/_mock/")
    dashboard.page.locator(".connection.polling").wait_for()

    number = dashboard.send_search("q=action:stop")

    expect(row(dashboard, number)).to_be_visible(timeout=10_000)


def test_request_is_explained(dashboard: Dashboard) -> None:
    """A click shows token, user, world, search, filter and page of a request."""
    number = dashboard.send_search("q=action:delete&limit=7")
    dashboard.show()

    row(dashboard, number).click()

    explanation = dashboard.card("Explanation")
    for text in (f"Request {number}", "Token", "Search", "action", "delete", "limit 7", "matched", "scanned"):
        expect(explanation).to_contain_text(text)


def test_rejected_request_is_explained(dashboard: Dashboard) -> None:
    """A rejected search shows its invalid term, the reason and the suggested request."""
    number = dashboard.send_search("q=action:delete+resource_id:x")
    dashboard.show()

    row(dashboard, number).click()

    explanation = dashboard.card("Explanation")
    expect(explanation.locator(".marked mark.rejected")).to_have_text("resource_id:x")
    expect(explanation.get_by_role("alert")).to_contain_text("must be a valid uuid")
    expect(explanation.get_by_label("the suggested request", exact=True)).to_contain_text("action")


def test_click_selects_the_row(dashboard: Dashboard) -> None:
    """The explained request is selected."""
    number = dashboard.send_search("q=")
    dashboard.show()

    row(dashboard, number).click()

    expect(row(dashboard, number)).to_have_attribute("aria-selected", "true")


def test_arrow_keys_move_in_the_request_log(dashboard: Dashboard) -> None:
    """Arrow keys move between requests and explain each."""
    first, second, third = (dashboard.send_search(f"q=&limit={limit}") for limit in (1, 2, 3))
    page = dashboard.show()
    request_log = page.get_by_role("listbox", name="Requests")
    expect(row(dashboard, first)).to_be_visible()
    request_log.focus()

    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)

    expect(request_log).to_have_attribute("aria-activedescendant", f"request-{second}")
    expect(dashboard.card("Explanation")).to_contain_text(f"Request {second}")
    assert third > second > first


def test_escape_closes_the_explanation(dashboard: Dashboard) -> None:
    """Escape closes the explanation."""
    number = dashboard.send_search("q=")
    page = dashboard.show()
    row(dashboard, number).click()
    expect(dashboard.card("Explanation")).to_contain_text(f"Request {number}")

    page.keyboard.press("Escape")

    expect(dashboard.card("Explanation")).to_contain_text("Select a request")


def filter_by_text(dashboard: Dashboard) -> None:
    """Type into the text filter."""
    dashboard.page.get_by_label("Filter requests").fill("limit=42")


def filter_by_world(dashboard: Dashboard) -> None:
    """Show the selected world only."""
    dashboard.page.get_by_label("All worlds").uncheck()


@pytest.mark.parametrize("choose", [filter_by_text, filter_by_world])
def test_request_log_is_filtered(dashboard: Dashboard, choose: Callable[[Dashboard], None]) -> None:
    """The text or world filter keeps matching requests only."""
    other = Dashboard(dashboard.server, dashboard.tab)
    wanted, unwanted = dashboard.send_search("q=&limit=42"), other.send_search("q=&limit=41")
    dashboard.show()
    expect(row(dashboard, unwanted)).to_be_visible()

    choose(dashboard)

    expect(row(dashboard, wanted)).to_be_visible()
    expect(row(dashboard, unwanted)).to_have_count(0)


def test_own_requests_can_be_hidden(dashboard: Dashboard) -> None:
    """Requests of the page itself are labelled and can be hidden."""
    page = dashboard.show("logs")
    page.get_by_role("tab", name="Requests").click()
    own_rows = dashboard.rows.filter(has=page.locator(".tag", has_text="dashboard"))
    expect(own_rows).to_have_count(1)

    page.get_by_label("Dashboard", exact=True).uncheck()

    expect(own_rows).to_have_count(0)


def test_request_log_is_emptied(dashboard: Dashboard) -> None:
    """The button clears the request log of the server."""
    number = dashboard.send_search("q=")
    page = dashboard.show()
    expect(row(dashboard, number)).to_be_visible()

    dashboard.card("Request log").get_by_role("button", name="Clear").click()

    expect(page.get_by_text("No requests yet")).to_be_visible()
