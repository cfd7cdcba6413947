"""Dashboard, audit log list: search, highlighting, pages, sentences and the histogram."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browser_tabs import OpenTab
from dashboards import AUDIT, DESKTOP, Dashboard
from playwright.sync_api import Locator, Page, Request, expect
from processes import Running

pytestmark = pytest.mark.browser

DAY = re.compile(r"date_from:(\S+) date_to:(\S+)$")


@pytest.fixture
def dashboard(open_tab: OpenTab, server: Running) -> Dashboard:
    """Open a dashboard on the logs of a private world."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP))
    dashboard.show("logs")
    expect(dashboard.page.locator(".log").first).to_be_visible()
    return dashboard


def is_list(request: Request) -> bool:
    """Whether a request lists logs."""
    return urlsplit(request.url).path == AUDIT


def query_of(request: Request) -> dict[str, list[str]]:
    """Return the query parameters of a request."""
    return parse_qs(urlsplit(request.url).query, keep_blank_values=True)


def search(page: Page, text: str) -> dict[str, list[str]]:
    """Type a valid search and return the query that it sends."""
    with page.expect_request(is_list) as sent:
        page.get_by_label("Search audit logs").fill(text)
    return query_of(sent.value)


def list_logs(dashboard: Dashboard, query: str) -> Any:
    """List logs like an application."""
    return httpx.get(
        f"{dashboard.server.url}{AUDIT}?{query}", headers={"Coder-Session-Token": dashboard.token}
    ).json()


def test_list_request_matches_coders_frontend(dashboard: Dashboard) -> None:
    """A search requests its first 25 logs by offset, limit and q."""
    assert search(dashboard.page, "action:delete") == {
        "offset": ["0"],
        "limit": ["25"],
        "q": ["action:delete"],
    }


def test_descriptions_are_filled_in(dashboard: Dashboard) -> None:
    """User and target replace their placeholders in the description."""
    page = list_logs(dashboard, "q=resource_type:user&limit=1")
    (log,) = page["audit_logs"]
    search(dashboard.page, "resource_type:user")
    user, target = log["user"]["username"], log["resource_target"]
    sentence = log["description"].replace("{user}", user).replace("{target}", target)

    expect(dashboard.page.locator(".sentence").first).to_contain_text(sentence)
    expect(dashboard.page.locator(".log").first).to_contain_text(str(log["status_code"]))
    expect(dashboard.page.locator(".log").first).to_contain_text(log["time"][11:19])


def test_next_page_continues_the_list(dashboard: Dashboard) -> None:
    """The next page starts where the first ends."""
    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.get_by_role("button", name="Next page").click()

    expect(dashboard.page.get_by_text("Page 2 of 400")).to_be_visible()
    assert query_of(sent.value)["offset"] == ["25"]


def test_diff_is_unfolded(dashboard: Dashboard) -> None:
    """The button of a log shows each field of its diff, old and new, but no secret."""
    (log,) = list_logs(dashboard, "q=resource_type:user+action:create&limit=1")["audit_logs"]
    search(dashboard.page, "resource_type:user action:create")
    expect(dashboard.page.get_by_text("created user").first).to_be_visible()

    dashboard.page.get_by_role("button", name="Show what changed").first.click()

    for name, change in log["diff"].items():
        row = dashboard.page.locator(".diff tr").filter(
            has=dashboard.page.get_by_role("rowheader", name=name, exact=True)
        )
        expect(row.locator(".new")).to_have_text("secret" if change["secret"] else re.compile("."))


@pytest.mark.parametrize(
    ("preset", "q"),
    [
        ("Created workspaces", "resource_type:workspace action:create"),
        ("Deleted users", "resource_type:user action:delete"),
    ],
)
def test_preset_searches(dashboard: Dashboard, preset: str, q: str) -> None:
    """A preset fills the search box and sends the search."""
    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.get_by_role("button", name=preset).click()

    expect(dashboard.page.get_by_label("Search audit logs")).to_have_value(q)
    assert query_of(sent.value)["q"] == [q]


def test_terms_are_highlighted_while_typing(dashboard: Dashboard) -> None:
    """Each term is highlighted by its effect, and the notes below give the reason."""
    dashboard.page.get_by_label("Search audit logs").press_sequentially(
        "action:delete 😀:x actoin:write resource_id:x"
    )
    marks = dashboard.page.locator(".layer mark")

    expect(marks).to_have_text(["action:delete", "😀:x", "actoin:write", "resource_id:x"])
    for mark, effect in zip(marks.all(), ("filters", "ignored", "ignored", "rejected"), strict=True):
        expect(mark).to_have_class(effect)
    expect(dashboard.page.locator("#search-notes")).to_contain_text("must be a valid uuid")
    expect(dashboard.page.locator("#search-notes")).to_contain_text('Did you mean "action"?')


def test_highlights_align_with_terms(dashboard: Dashboard) -> None:
    """A highlight has the position and width of its term, also when scrolled."""
    box = dashboard.page.get_by_label("Search audit logs")
    box.fill("action:delete " * 12 + "resource_id:x")
    mark = dashboard.page.locator(".layer mark.rejected")
    expect(mark).to_be_attached()
    box.press("End")

    left, right = dashboard.page.evaluate(
        "() => [document.querySelector('.layer').scrollLeft, document.querySelector('#search').scrollLeft]"
    )

    assert left == right > 0
    expect(mark).to_be_in_viewport()


def test_invalid_search_is_not_sent(dashboard: Dashboard) -> None:
    """An invalid search sends no request and marks the box as invalid."""
    box = dashboard.page.get_by_label("Search audit logs")
    sent: list[Request] = []
    dashboard.page.on("request", lambda request: sent.append(request) if is_list(request) else None)

    box.fill("resource_id:x")

    expect(box).to_have_attribute("aria-invalid", "true")
    dashboard.page.wait_for_timeout(500)
    assert sent == []


def test_suggested_search_is_a_button(dashboard: Dashboard) -> None:
    """The button of an invalid search sends the suggested search."""
    dashboard.page.get_by_label("Search audit logs").fill("action:delete resource_id:x")

    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.get_by_role("button", name="Search for").click()

    assert query_of(sent.value)["q"] != ["action:delete resource_id:x"]
    expect(dashboard.page.get_by_label("Search audit logs")).to_have_attribute("aria-invalid", "false")


def test_slash_focuses_the_search(dashboard: Dashboard) -> None:
    """The slash key focuses the search box and is then typed as usual."""
    page = dashboard.page
    page.get_by_role("tab", name="Requests").click()

    page.keyboard.press("/")
    page.keyboard.press("/")

    expect(page.get_by_label("Search audit logs")).to_be_focused()
    expect(page.get_by_label("Search audit logs")).to_have_value("/")


def drag(chart: Locator, start: float, end: float) -> None:
    """Drag over a range of the chart, given as fractions of its width."""
    box = chart.locator(".u-over").bounding_box()
    assert box
    mouse, middle = chart.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] * start, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * (start + end) / 2, middle)
    mouse.move(box["x"] + box["width"] * end, middle)
    mouse.up()


def dates_of(request: Request) -> tuple[str, str]:
    """Return the dates in the search of a request."""
    found = DAY.search(query_of(request)["q"][0])
    assert found
    return found[1], found[2]


def test_dragging_filters_by_date(dashboard: Dashboard) -> None:
    """A selected range becomes date_from and date_to, and the list has those days only."""
    with dashboard.page.expect_response(lambda response: is_list(response.request)) as received:
        drag(dashboard.page.get_by_role("application"), 0.25, 0.5)
    since, until = dates_of(received.value.request)
    days = {log["time"][:10] for log in received.value.json()["audit_logs"]}

    assert "2025-01-01" < since < until < "2025-12-31"
    assert {day for day in days if not since <= day <= until} == set()
    assert days


def test_dragging_keeps_the_search(dashboard: Dashboard) -> None:
    """The dates are added to the search and replace earlier dates."""
    search(dashboard.page, "date_from:2020-01-01 action:delete")
    expect(dashboard.page.get_by_role("group", name="Actions").get_by_role("button")).to_have_text(["delete"])

    with dashboard.page.expect_request(is_list) as sent:
        drag(dashboard.page.get_by_role("application"), 0.1, 0.9)

    assert re.fullmatch(r"action:delete date_from:\S+ date_to:\S+", query_of(sent.value)["q"][0])


def test_keyboard_selects_a_range(dashboard: Dashboard) -> None:
    """Shift and arrow keys select a range, Enter searches it."""
    chart = dashboard.page.get_by_role("application")
    chart.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        dashboard.page.keyboard.press(key)

    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.keyboard.press("Enter")

    since, until = dates_of(sent.value)
    assert since < until


def test_legend_filters_by_action(dashboard: Dashboard) -> None:
    """A click on an action of the legend searches for it."""
    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.get_by_role("group", name="Actions").get_by_role("button", name="delete").click()

    assert query_of(sent.value)["q"] == ["action:delete"]


def test_all_times_removes_dates(dashboard: Dashboard) -> None:
    """The button "All times" removes the dates from the search."""
    search(dashboard.page, "date_from:2025-06-01 date_to:2025-07-01 action:delete")

    with dashboard.page.expect_request(is_list) as sent:
        dashboard.page.get_by_role("button", name="All times").click()

    assert query_of(sent.value)["q"] == ["action:delete"]


def test_stale_list_offers_reload(dashboard: Dashboard) -> None:
    """A new log does not change the list but offers a button to reload it."""
    dashboard.send_search("", "POST", f"{AUDIT}/testgenerate", action="create", time="2026-02-03T04:05:06Z")

    dashboard.page.get_by_role("button", name="The logs have changed").click()

    expect(dashboard.page.locator(".day h3").first).to_have_text("Tuesday, 3 February 2026")


def test_error_replaces_the_list(dashboard: Dashboard) -> None:
    """A 500 shows its envelope instead of the list."""
    dashboard.page.route(
        f"**{AUDIT}?*",
        lambda route: route.fulfill(status=500, json={"message": "Internal.", "detail": "Why."}),
    )

    dashboard.page.get_by_role("button", name="Refresh").click()

    expect(dashboard.page.get_by_text("Error on loading audit logs.")).to_be_visible()
    expect(dashboard.page.locator(".list").get_by_role("alert")).to_contain_text("Internal.")


def test_hidden_list_sends_no_request(open_tab: OpenTab, server: Running) -> None:
    """The dashboard lists logs only while the list is visible, so it uses up no faults."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP))
    dashboard.show("requests")
    dashboard.page.wait_for_timeout(500)

    assert [url for url in dashboard.tab.requested_urls if AUDIT in url] == []
