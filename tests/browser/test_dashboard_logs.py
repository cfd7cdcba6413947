"""Rules of the window's audit list: search, marks, pages, sentences and the histogram."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browser_tabs import OpenTab
from dashboards import AUDIT, DESK, Window
from playwright.sync_api import Locator, Page, Request, expect
from processes import Running

pytestmark = pytest.mark.browser

DAY = re.compile(r"date_from:(\S+) date_to:(\S+)$")


@pytest.fixture
def window(open_tab: OpenTab, server: Running) -> Window:
    """Give a window on the list of a world of its own."""
    window = Window(server, open_tab(viewport=DESK))
    window.show("logs")
    expect(window.page.locator(".log").first).to_be_visible()
    return window


def is_list(request: Request) -> bool:
    """Tell whether a request asks for logs."""
    return urlsplit(request.url).path == AUDIT


def query_of(request: Request) -> dict[str, list[str]]:
    """Give the query of a request."""
    return parse_qs(urlsplit(request.url).query, keep_blank_values=True)


def search(page: Page, text: str) -> dict[str, list[str]]:
    """Type a search that is valid and give the query that it led to."""
    with page.expect_request(is_list) as asked:
        page.get_by_label("Search audit logs").fill(text)
    return query_of(asked.value)


def listed(window: Window, query: str) -> Any:
    """List logs as an application would."""
    return httpx.get(
        f"{window.server.url}{AUDIT}?{query}", headers={"Coder-Session-Token": window.token}
    ).json()


def test_a_page_is_asked_as_coders_frontend_asks(window: Window) -> None:
    """A search asks for its first 25 logs by offset, limit and q."""
    assert search(window.page, "action:delete") == {"offset": ["0"], "limit": ["25"], "q": ["action:delete"]}


def test_logs_are_sentences(window: Window) -> None:
    """User and target stand in the place of their marks in the description."""
    answer = listed(window, "q=resource_type:user&limit=1")
    (log,) = answer["audit_logs"]
    search(window.page, "resource_type:user")
    user, target = log["user"]["username"], log["resource_target"]
    sentence = log["description"].replace("{user}", user).replace("{target}", target)

    expect(window.page.locator(".sentence").first).to_contain_text(sentence)
    expect(window.page.locator(".log").first).to_contain_text(str(log["status_code"]))
    expect(window.page.locator(".log").first).to_contain_text(log["time"][11:19])


def test_pages_follow_each_other(window: Window) -> None:
    """The next page continues where the first ends."""
    with window.page.expect_request(is_list) as asked:
        window.page.get_by_role("button", name="Next page").click()

    expect(window.page.get_by_text("Page 2 of 400")).to_be_visible()
    assert query_of(asked.value)["offset"] == ["25"]


def test_what_changed_is_folded_out(window: Window) -> None:
    """The button of a log shows each field of its diff, old and new, but no secret."""
    (log,) = listed(window, "q=resource_type:user+action:create&limit=1")["audit_logs"]
    search(window.page, "resource_type:user action:create")
    expect(window.page.get_by_text("created user").first).to_be_visible()

    window.page.get_by_role("button", name="Show what changed").first.click()

    for name, change in log["diff"].items():
        row = window.page.locator(".diff tr").filter(
            has=window.page.get_by_role("rowheader", name=name, exact=True)
        )
        expect(row.locator(".new")).to_have_text("secret" if change["secret"] else re.compile("."))


@pytest.mark.parametrize(
    ("preset", "q"),
    [
        ("Created workspaces", "resource_type:workspace action:create"),
        ("Deleted users", "resource_type:user action:delete"),
    ],
)
def test_presets_search(window: Window, preset: str, q: str) -> None:
    """A preset puts its search into the box and asks for it."""
    with window.page.expect_request(is_list) as asked:
        window.page.get_by_role("button", name=preset).click()

    expect(window.page.get_by_label("Search audit logs")).to_have_value(q)
    assert query_of(asked.value)["q"] == [q]


def test_mistakes_are_marked_while_one_types(window: Window) -> None:
    """Each term is marked by what it does, in its place under the text, and the reason stands below."""
    window.page.get_by_label("Search audit logs").press_sequentially(
        "action:delete 😀:x actoin:write resource_id:x"
    )
    marks = window.page.locator(".layer mark")

    expect(marks).to_have_text(["action:delete", "😀:x", "actoin:write", "resource_id:x"])
    for mark, effect in zip(marks.all(), ("filters", "ignored", "ignored", "refused"), strict=True):
        expect(mark).to_have_class(effect)
    expect(window.page.locator("#search-notes")).to_contain_text("must be a valid uuid")
    expect(window.page.locator("#search-notes")).to_contain_text('did you mean "action"?')


def test_marks_stand_under_their_terms(window: Window) -> None:
    """A mark has the place and the width that its term has in the box, scrolled or not."""
    box = window.page.get_by_label("Search audit logs")
    box.fill("action:delete " * 12 + "resource_id:x")
    mark = window.page.locator(".layer mark.refused")
    expect(mark).to_be_attached()
    box.press("End")

    left, right = window.page.evaluate(
        "() => [document.querySelector('.layer').scrollLeft, document.querySelector('#search').scrollLeft]"
    )

    assert left == right > 0
    expect(mark).to_be_in_viewport()


def test_a_wrong_search_is_not_sent(window: Window) -> None:
    """While the search is wrong nothing is asked of the API, and the box says so."""
    box = window.page.get_by_label("Search audit logs")
    asked: list[Request] = []
    window.page.on("request", lambda request: asked.append(request) if is_list(request) else None)

    box.fill("resource_id:x")

    expect(box).to_have_attribute("aria-invalid", "true")
    window.page.wait_for_timeout(500)
    assert asked == []


def test_the_nearest_search_is_one_click_away(window: Window) -> None:
    """What is wrong comes with what is right."""
    window.page.get_by_label("Search audit logs").fill("action:delete resource_id:x")

    with window.page.expect_request(is_list) as asked:
        window.page.get_by_role("button", name="Search for").click()

    assert query_of(asked.value)["q"] != ["action:delete resource_id:x"]
    expect(window.page.get_by_label("Search audit logs")).to_have_attribute("aria-invalid", "false")


def test_slash_focuses_the_search(window: Window) -> None:
    """From anywhere one key leads to the box; inside it the key writes."""
    page = window.page
    page.get_by_role("tab", name="Requests").click()

    page.keyboard.press("/")
    page.keyboard.press("/")

    expect(page.get_by_label("Search audit logs")).to_be_focused()
    expect(page.get_by_label("Search audit logs")).to_have_value("/")


def drag(chart: Locator, start: float, end: float) -> None:
    """Brush a stretch of the chart, given in parts of its width."""
    box = chart.locator(".u-over").bounding_box()
    assert box
    mouse, middle = chart.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] * start, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * (start + end) / 2, middle)
    mouse.move(box["x"] + box["width"] * end, middle)
    mouse.up()


def dates_of(request: Request) -> tuple[str, str]:
    """Give the days that a request asks for."""
    found = DAY.search(query_of(request)["q"][0])
    assert found
    return found[1], found[2]


def test_brushing_searches_that_time(window: Window) -> None:
    """A brushed stretch becomes date_from and date_to, and the list has that time only."""
    with window.page.expect_response(lambda response: is_list(response.request)) as answered:
        drag(window.page.get_by_role("application"), 0.25, 0.5)
    since, until = dates_of(answered.value.request)
    days = {log["time"][:10] for log in answered.value.json()["audit_logs"]}

    assert "2025-01-01" < since < until < "2025-12-31"
    assert {day for day in days if not since <= day <= until} == set()
    assert days


def test_brushing_keeps_the_search(window: Window) -> None:
    """The dates join what is searched for already, in the place of dates that were there."""
    search(window.page, "date_from:2020-01-01 action:delete")
    expect(window.page.get_by_role("group", name="Actions").get_by_role("button")).to_have_text(["delete"])

    with window.page.expect_request(is_list) as asked:
        drag(window.page.get_by_role("application"), 0.1, 0.9)

    assert re.fullmatch(r"action:delete date_from:\S+ date_to:\S+", query_of(asked.value)["q"][0])


def test_the_keyboard_brushes_too(window: Window) -> None:
    """Arrows with shift select, Enter searches."""
    chart = window.page.get_by_role("application")
    chart.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        window.page.keyboard.press(key)

    with window.page.expect_request(is_list) as asked:
        window.page.keyboard.press("Enter")

    since, until = dates_of(asked.value)
    assert since < until


def test_the_legend_filters_by_action(window: Window) -> None:
    """An action of the legend becomes a search for it."""
    with window.page.expect_request(is_list) as asked:
        window.page.get_by_role("group", name="Actions").get_by_role("button", name="delete").click()

    assert query_of(asked.value)["q"] == ["action:delete"]


def test_all_times_are_one_click_away(window: Window) -> None:
    """The dates go as they came."""
    search(window.page, "date_from:2025-06-01 date_to:2025-07-01 action:delete")

    with window.page.expect_request(is_list) as asked:
        window.page.get_by_role("button", name="All times").click()

    assert query_of(asked.value)["q"] == ["action:delete"]


def test_a_list_that_is_old_says_so(window: Window) -> None:
    """A log that is posted does not move the list, but offers to show it."""
    window.ask("", "POST", f"{AUDIT}/testgenerate", action="create", time="2026-02-03T04:05:06Z")

    window.page.get_by_role("button", name="The world has changed").click()

    expect(window.page.locator(".day h3").first).to_have_text("Tuesday, 3 February 2026")


def test_an_error_is_shown_as_the_frontend_would(window: Window) -> None:
    """A status of 500 shows its envelope in the place of the list."""
    window.page.route(
        f"**{AUDIT}?*",
        lambda route: route.fulfill(status=500, json={"message": "Internal.", "detail": "Why."}),
    )

    window.page.get_by_role("button", name="Ask again").click()

    expect(window.page.get_by_text("Error on loading audit logs.")).to_be_visible()
    expect(window.page.locator(".list").get_by_role("alert")).to_contain_text("Internal.")


def test_nothing_is_asked_that_nobody_looks_at(open_tab: OpenTab, server: Running) -> None:
    """Faults are not used up by the window: it asks for logs once they are looked at."""
    window = Window(server, open_tab(viewport=DESK))
    window.show("requests")
    window.page.wait_for_timeout(500)

    assert [url for url in window.tab.asked if AUDIT in url] == []
