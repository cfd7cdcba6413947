"""Rules of how the window looks and behaves in any hands: themes, phones, keyboards, hostile text."""

from __future__ import annotations

import pytest
from browser_tabs import OpenTab
from dashboards import DESK, PHONE, Window
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
  for (const element of document.querySelectorAll("#window *:not(option)")) {
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


def with_scenario(window: Window, scenario: str) -> Window:
    """Put a scenario into the window's world, and ask something of each kind."""
    window.control("PUT", "", {"scenario": scenario})
    window.ask("q=resource_id:x+foo:bar")
    window.ask("q=")
    return window


def see_all(window: Window) -> None:
    """Look at every part: an explanation, the list, its first differences and a search that is wrong."""
    page = window.show("requests")
    window.requests.first.click()
    expect(window.card("Explanation")).to_contain_text("Token")
    page.get_by_role("tab", name="Logs").click()
    expect(page.locator(".log").first).to_be_visible()
    page.get_by_role("button", name="Show what changed").first.click()
    expect(page.locator(".diff").first).to_be_visible()
    page.get_by_label("Search audit logs").fill("resource_id:<b>x</b> foo:<script>alert(1)</script>")
    expect(page.locator("#search-notes li.refused")).to_be_visible()


def test_hostile_text_stays_text(open_tab: OpenTab, server: Running) -> None:
    """Markup, scripts and the like in logs and searches run nothing, ask for nothing and break nothing."""
    window = with_scenario(Window(server, open_tab(viewport=DESK)), "hostile")
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    window.page.on("dialog", note)

    see_all(window)

    assert dialogs == []
    assert window.tab.complaints == []
    assert [url for url in window.tab.asked if not url.startswith(f"{server.url}/")] == []


def test_hostile_text_makes_no_elements(open_tab: OpenTab, server: Running) -> None:
    """What stands in a log is found as text, and no element came of it."""
    window = with_scenario(Window(server, open_tab(viewport=DESK)), "hostile")
    see_all(window)

    expect(window.page.locator(".list")).to_contain_text("<script>")
    expect(window.page.locator("#window").locator("script, iframe, a[href^='javascript:']")).to_have_count(0)
    expect(window.page.locator("#window img:not([src='/favicon.svg'])")).to_have_count(0)


@pytest.mark.parametrize("scenario", ["default", "empty", "hostile"])
@every_view
def test_a_phone_is_wide_enough(open_tab: OpenTab, server: Running, view: str, scenario: str) -> None:
    """Nothing makes the page wider than 400 px, whatever the logs say."""
    window = with_scenario(Window(server, open_tab(viewport=PHONE, has_touch=True, is_mobile=True)), scenario)
    page = window.show(view)
    page.wait_for_load_state("domcontentloaded")
    if view == "requests":
        window.requests.first.click()
    if view == "logs":
        expect(page.locator(".logs[aria-busy=false] .list")).not_to_contain_text("Asking")

    needed, given = page.evaluate(WIDTHS)

    assert needed == given == PHONE["width"]


@both_schemes
def test_the_colours_are_the_readers(open_tab: OpenTab, server: Running, scheme: str) -> None:
    """The page is light or dark as the reader's system is."""
    window = Window(server, open_tab(viewport=DESK, color_scheme=scheme))
    window.show()

    assert window.page.evaluate(BRIGHTNESS) in (LIGHT if scheme == "light" else DARK)


def test_the_colours_are_switched(open_tab: OpenTab, server: Running) -> None:
    """The button goes from the system's colours to light and dark, and the choice is kept."""
    window = Window(server, open_tab(viewport=DESK, color_scheme="light"))
    page = window.show()
    seen = []
    for _ in range(2):
        page.get_by_role("button", name="Colours").click()
        seen.append(page.evaluate(BRIGHTNESS))
    page.reload()
    page.locator(".news.live").wait_for()
    seen.append(page.evaluate(BRIGHTNESS))

    assert [brightness in LIGHT for brightness in seen] == [True, False, False]


@both_schemes
@every_view
def test_text_can_be_read(open_tab: OpenTab, server: Running, scheme: str, view: str) -> None:
    """All text stands out from its ground by 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    window = with_scenario(Window(server, open_tab(viewport=DESK, color_scheme=scheme)), "default")
    page = window.show(view)
    if view == "requests":
        window.requests.first.click()
        expect(window.card("Explanation")).to_contain_text("Token")

    assert page.evaluate(CONTRASTS) == []


def walk(page: Page) -> list[str]:
    """Press Tab until the list has the focus, and give what had it without showing it."""
    unseen: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        unseen += [found["element"]] * (not found["seen"])
        if found["arrived"]:
            return unseen
    pytest.fail("Tab does not lead there")


def test_the_keyboard_reaches_everything(open_tab: OpenTab, server: Running) -> None:
    """Tab leads from the bar over the world's controls to the list, and the focus is always seen."""
    window = Window(server, open_tab(viewport=DESK))
    page = window.show("logs")
    expect(page.locator(".log").first).to_be_visible()

    assert walk(page) == []


def test_arrows_change_the_view(open_tab: OpenTab, server: Running) -> None:
    """The tabs are one stop of the keyboard; arrows go from one to the other."""
    window = Window(server, open_tab(viewport=DESK))
    page = window.show("requests")
    page.get_by_role("tab", name="Requests").focus()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="Logs")).to_be_focused()
    expect(page.get_by_label("Search audit logs")).to_be_visible()


def test_nothing_moves_for_those_who_do_not_like_it(open_tab: OpenTab, server: Running) -> None:
    """Who asked for reduced motion sees no animation."""
    window = Window(server, open_tab(viewport=DESK, reduced_motion="reduce"))
    window.show()

    assert window.page.evaluate("() => document.getAnimations().length") == 0


def test_the_document_is_there_without_scripts(open_tab: OpenTab, server: Running) -> None:
    """Who runs no JavaScript is led to the control API's document."""
    page = open_tab(java_script_enabled=False).page
    page.goto(f"{server.url}/_mock/")

    expect(page.get_by_role("link", name="openapi.yaml")).to_have_attribute("href", "/_mock/openapi.yaml")
