"""Dashboard, appearance: themes, phones, keyboard, hostile text."""

from __future__ import annotations

import pytest
from browser_tabs import OpenTab
from dashboards import DESKTOP, PHONE, Dashboard
from playwright.sync_api import Dialog, Page, expect
from processes import Running

pytestmark = pytest.mark.browser

VIEWS = ("world", "requests", "logs")
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
BRIGHTNESS = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3))"
LIGHT, DARK = range(240, 256), range(40)
CONTRASTS = """() => {
  const channels = (colour) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const light = (colour) => {
    const [red, green, blue] = [...channels(colour)].map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const poor = [];
  for (const element of document.querySelectorAll("#dashboard *:not(option)")) {
    if (!element.checkVisibility() || element.closest(":disabled")) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    let ground = element;
    while (channels(getComputedStyle(ground).backgroundColor)[3] < 255 && ground.parentElement) {
      ground = ground.parentElement;
    }
    const pair = [light(getComputedStyle(element).color), light(getComputedStyle(ground).backgroundColor)];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) poor.push(`${element.textContent.trim()}: ${contrast.toFixed(1)}`);
  }
  return poor;
}"""

FOCUS = """() => {
  const element = document.activeElement;
  const framed = element.id === "search" ? element.closest(".search") : element;
  const { outlineStyle, boxShadow } = getComputedStyle(framed);
  const seen = element.checkVisibility() && (outlineStyle !== "none" || boxShadow !== "none");
  return { element: element.outerHTML, seen, arrived: Boolean(element.closest(".list")) };
}"""

every_view = pytest.mark.parametrize("view", VIEWS)
both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


def load_scenario(dashboard: Dashboard, scenario: str) -> Dashboard:
    """Load a scenario into the dashboard's world and send one request of each kind."""
    dashboard.control("PUT", "", {"scenario": scenario})
    dashboard.send_search("q=resource_id:x+foo:bar")
    dashboard.send_search("q=")
    return dashboard


def open_everything(dashboard: Dashboard) -> None:
    """Open an explanation, the list, its first diff and an invalid search."""
    page = dashboard.show("requests")
    dashboard.rows.first.click()
    expect(dashboard.card("Explanation")).to_contain_text("Token")
    page.get_by_role("tab", name="Logs").click()
    expect(page.locator(".log").first).to_be_visible()
    page.get_by_role("button", name="Show what changed").first.click()
    expect(page.locator(".diff").first).to_be_visible()
    page.get_by_label("Search audit logs").fill("resource_id:<b>x</b> foo:<script>alert(1)</script>")
    expect(page.locator("#search-notes li.rejected")).to_be_visible()


def test_hostile_text_is_inert(open_tab: OpenTab, server: Running) -> None:
    """Markup and scripts in logs and searches run nothing, request nothing and log no errors."""
    dashboard = load_scenario(Dashboard(server, open_tab(viewport=DESKTOP)), "hostile")
    dialogs: list[str] = []

    def record(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    dashboard.page.on("dialog", record)

    open_everything(dashboard)

    assert dialogs == []
    assert dashboard.tab.problems == []
    assert [url for url in dashboard.tab.requested_urls if not url.startswith(f"{server.url}/")] == []


def test_hostile_text_adds_no_elements(open_tab: OpenTab, server: Running) -> None:
    """Markup in a log is shown as text and adds no element."""
    dashboard = load_scenario(Dashboard(server, open_tab(viewport=DESKTOP)), "hostile")
    open_everything(dashboard)

    expect(dashboard.page.locator(".list")).to_contain_text("<script>")
    expect(
        dashboard.page.locator("#dashboard").locator("script, iframe, a[href^='javascript:']")
    ).to_have_count(0)
    expect(dashboard.page.locator("#dashboard img:not([src='/favicon.svg'])")).to_have_count(0)


@pytest.mark.parametrize("scenario", ["default", "empty", "hostile"])
@every_view
def test_page_fits_a_phone(open_tab: OpenTab, server: Running, view: str, scenario: str) -> None:
    """No view is wider than 400 px, whatever the logs contain."""
    dashboard = load_scenario(
        Dashboard(server, open_tab(viewport=PHONE, has_touch=True, is_mobile=True)), scenario
    )
    page = dashboard.show(view)
    page.wait_for_load_state("domcontentloaded")
    if view == "requests":
        dashboard.rows.first.click()
    if view == "logs":
        expect(page.locator(".logs[aria-busy=false] .list")).not_to_contain_text("Loading")

    needed, available = page.evaluate(WIDTHS)

    assert needed == available == PHONE["width"]


@both_schemes
def test_colours_follow_the_system(open_tab: OpenTab, server: Running, scheme: str) -> None:
    """The page is light or dark like the system."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP, color_scheme=scheme))
    dashboard.show()

    assert dashboard.page.evaluate(BRIGHTNESS) in (LIGHT if scheme == "light" else DARK)


def test_colours_can_be_switched(open_tab: OpenTab, server: Running) -> None:
    """The button cycles through system, light and dark, and the choice is kept."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP, color_scheme="light"))
    page = dashboard.show()
    brightnesses = []
    for _ in range(2):
        page.get_by_role("button", name="Theme").click()
        brightnesses.append(page.evaluate(BRIGHTNESS))
    page.reload()
    page.locator(".connection.live").wait_for()
    brightnesses.append(page.evaluate(BRIGHTNESS))

    assert [brightness in LIGHT for brightness in brightnesses] == [True, False, False]


@both_schemes
@every_view
def test_text_has_enough_contrast(open_tab: OpenTab, server: Running, scheme: str, view: str) -> None:
    """All text has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    dashboard = load_scenario(Dashboard(server, open_tab(viewport=DESKTOP, color_scheme=scheme)), "default")
    page = dashboard.show(view)
    if view == "requests":
        dashboard.rows.first.click()
        expect(dashboard.card("Explanation")).to_contain_text("Token")

    assert page.evaluate(CONTRASTS) == []


def press_tab_to_list(page: Page) -> list[str]:
    """Press Tab until the list has the focus; return focused elements without a focus ring."""
    invisible: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        invisible += [found["element"]] * (not found["seen"])
        if found["arrived"]:
            return invisible
    pytest.fail("Tab does not lead there")


def test_tab_reaches_everything(open_tab: OpenTab, server: Running) -> None:
    """Tab moves through all controls to the list, and the focus is always visible."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP))
    page = dashboard.show("logs")
    expect(page.locator(".log").first).to_be_visible()

    assert press_tab_to_list(page) == []


def test_arrow_keys_switch_tabs(open_tab: OpenTab, server: Running) -> None:
    """The tab bar is one tab stop; arrow keys switch between tabs."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP))
    page = dashboard.show("requests")
    page.get_by_role("tab", name="Requests").focus()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="Logs")).to_be_focused()
    expect(page.get_by_label("Search audit logs")).to_be_visible()


def test_reduced_motion_stops_animations(open_tab: OpenTab, server: Running) -> None:
    """With reduced motion there is no animation."""
    dashboard = Dashboard(server, open_tab(viewport=DESKTOP, reduced_motion="reduce"))
    dashboard.show()

    assert dashboard.page.evaluate("() => document.getAnimations().length") == 0


def test_page_without_javascript_links_the_document(open_tab: OpenTab, server: Running) -> None:
    """Without JavaScript the page links the control API's document."""
    page = open_tab(java_script_enabled=False).page
    page.goto(f"{server.url}/_mock/")

    expect(page.get_by_role("link", name="openapi.yaml")).to_have_attribute("href", "/_mock/openapi.yaml")
