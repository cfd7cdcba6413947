"""Rules of how the window steers worlds: each control does what it says, as the control API sees it."""

from __future__ import annotations

import re

import httpx
import pytest
from browser_tabs import OpenTab
from dashboards import DESK, Window
from playwright.sync_api import Locator, expect
from processes import Running, Start

from auditmock.fixtures.faults import fault_schema

pytestmark = pytest.mark.browser

FAULT = fault_schema()["properties"]
KINDS = {
    "latency": "Slow to answer",
    "status": "Error status",
    "slow_body": "Slow body",
    "truncated_body": "Truncated body",
    "reset": "Connection reset",
    "empty_reply": "Empty reply",
    "malformed_json": "Malformed JSON",
}


@pytest.fixture
def window(open_tab: OpenTab, server: Running) -> Window:
    """Give a window on a world of its own."""
    window = Window(server, open_tab(viewport=DESK, permissions=["clipboard-read", "clipboard-write"]))
    window.show()
    return window


def fault_row(window: Window, kind: str) -> Locator:
    """Give the line of a kind of fault."""
    return window.page.locator(f"li[data-kind={kind}]")


def switch_on(window: Window, kind: str) -> Locator:
    """Switch a fault on, wait until the server has it, and give its line."""
    row = fault_row(window, kind)
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    return row


def test_a_world_is_chosen(window: Window) -> None:
    """A click on another world shows its token."""
    other = Window(window.server, window.tab)

    window.page.get_by_role("radio", name=re.compile(rf"^{other.world[:8]}.*{other.world[-4:]}")).check()

    expect(window.page.get_by_label("the token", exact=True)).to_have_text(other.token)


def test_a_world_appears_when_it_is_opened(window: Window) -> None:
    """A world that a test opens by its token is listed at once."""
    worlds = window.page.locator("input[name=world]")
    before = worlds.count()
    other = Window(window.server, window.tab)

    other.ask("q=")

    expect(window.page.locator(f"input[value='{other.world}']")).to_be_attached()
    assert worlds.count() > before


def test_the_token_is_copied(window: Window) -> None:
    """The button puts the token into the clipboard."""
    window.page.get_by_role("button", name="Copy the token", exact=True).click()

    expect(window.page.get_by_text("Copied the token.")).to_be_visible()
    assert window.page.evaluate("navigator.clipboard.readText()") == window.token


def test_a_new_world_is_opened(window: Window) -> None:
    """The button opens a world of a secret of its own and chooses it."""
    known = {world["name"] for world in httpx.get(f"{window.server.url}/_mock/worlds").json()}

    window.page.get_by_role("button", name="New").click()

    expect(window.page.get_by_label("the token", exact=True)).not_to_have_text(window.token)
    now = {world["name"] for world in httpx.get(f"{window.server.url}/_mock/worlds").json()}
    assert len(now - known) == 1


def test_a_world_is_reset(window: Window) -> None:
    """The button takes away what was posted."""
    window.ask("", "POST", "/api/v2/audit/testgenerate", action="create")
    chosen = window.page.locator(".choice:has(:checked)")
    expect(chosen).to_contain_text("1 posted")

    window.page.get_by_role("button", name="Reset", exact=True).first.click()

    expect(chosen).not_to_contain_text("posted")
    assert window.state()["posted"] == 0


def test_another_scenario_is_put_in(window: Window) -> None:
    """The choice puts a scenario into the world and says what it is."""
    window.page.get_by_label("Scenario", exact=True).select_option("empty")

    expect(window.page.locator(".choice:has(:checked)")).to_contain_text("empty0 logs")
    assert window.state()["scenario"] == "empty"


def test_everything_is_reset_once_confirmed(open_tab: OpenTab, start_server: Start) -> None:
    """The last button asks first, then leaves the shared world alone."""
    window = Window(start_server("--logs", "10"), open_tab(viewport=DESK))
    page = window.show()
    page.get_by_role("button", name="Reset everything").click()

    page.get_by_role("dialog").get_by_role("button", name="Reset").click()

    expect(page.locator("input[name=world]")).to_have_count(1)
    assert httpx.get(f"{window.server.url}/_mock/health").json()["worlds"] == 1


def test_escape_resets_nothing(window: Window) -> None:
    """Escape closes the question."""
    window.page.get_by_role("button", name="Reset everything").click()

    window.page.keyboard.press("Escape")

    expect(window.page.get_by_role("dialog")).to_have_count(0)
    assert window.state()["name"] == window.world


def test_the_clock_is_frozen_and_runs_again(window: Window) -> None:
    """The button freezes the clock; pressed again it runs on from there."""
    card = window.card("Clock")
    card.get_by_role("button", name="Freeze").click()
    expect(card).to_contain_text("stands still")
    frozen = window.control("GET", "/clock")
    card.get_by_role("button", name="Run").click()
    expect(card).to_contain_text("set, and running")

    assert frozen["frozen"]
    assert not window.control("GET", "/clock")["frozen"]


def test_the_clock_is_set(window: Window) -> None:
    """An instant is set as UTC; with the clock frozen it stays."""
    card = window.card("Clock")
    card.get_by_role("button", name="Freeze").click()
    card.get_by_label("Instant to set").fill("2030-05-06T07:08:09")
    card.get_by_role("button", name="Set").click()

    expect(card).to_contain_text("07:08:09")
    expect(card).to_contain_text("Mon, 6 May 2030")
    assert window.control("GET", "/clock")["now"].startswith("2030-05-06T07:08:09")


def test_the_clock_moves_on(window: Window) -> None:
    """Each button adds what it says."""
    window.control("PUT", "/clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    card = window.card("Clock")
    expect(card).to_contain_text("00:00:00")
    for step, shown in (("+ 1 min", "00:01:00"), ("+ 1 hour", "01:01:00"), ("+ 1 day", "2 Jan 2030")):
        card.get_by_role("button", name=step).click()
        expect(card).to_contain_text(shown)

    assert window.control("GET", "/clock")["now"].startswith("2030-01-02T01:01:00")


def test_the_clock_is_released(window: Window) -> None:
    """The button gives the real time back."""
    window.control("PUT", "/clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    card = window.card("Clock")

    card.get_by_role("button", name="Release").click()

    expect(card).to_contain_text("the real time")
    assert window.control("GET", "/clock")["real"]


@pytest.mark.parametrize("kind", FAULT["kind"]["enum"])
def test_each_kind_of_fault_has_its_switch(window: Window, kind: str) -> None:
    """A switch sets a fault of its kind that the server takes, and switched off it is gone."""
    row = switch_on(window, kind)
    faults = window.control("GET", "/faults")
    expect(row).to_contain_text(KINDS[kind])
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "false")

    assert [fault["kind"] for fault in faults] == [kind]
    assert window.control("GET", "/faults") == []


def test_fields_are_those_of_the_document(window: Window) -> None:
    """Each field of the schema can be given for some kind, and no other."""
    found: set[str] = set()
    for kind, start in (("latency", "distribution"), ("status", "status"), ("slow_body", "milliseconds")):
        row = fault_row(window, kind)
        row.locator(".bare").click()
        for choice in row.locator(f"select[name={start}] option").all():
            row.locator(f"select[name={start}]").select_option(choice.get_attribute("value") or "")
            found |= {str(field.get_attribute("name")) for field in row.locator("[name]").all()}
        found |= {str(field.get_attribute("name")) for field in row.locator("[name]").all()}

    assert found == FAULT.keys() - {"kind"}


@pytest.mark.parametrize(
    ("kind", "field"), [("status", "status"), ("status", "operation"), ("latency", "distribution")]
)
def test_choices_are_those_of_the_document(window: Window, kind: str, field: str) -> None:
    """What can be chosen is what the schema lists."""
    row = fault_row(window, kind)
    row.locator(".bare").click()
    options = row.locator(f"select[name={field}] option").all()

    assert [option.get_attribute("value") for option in options if option.get_attribute("value")] == [
        str(value) for value in FAULT[field]["enum"]
    ]


def test_a_status_is_set_with_its_fields(window: Window) -> None:
    """Status, how often and for what: all of it reaches the server."""
    row = switch_on(window, "status")
    row.locator("[name=status]").select_option("429")
    row.locator("[name=retry_after]").fill("7")
    row.locator("[name=retry_after]").press("Tab")
    row.locator("[name=operation]").select_option("get-audit-logs")
    row.locator("[name=times]").fill("3")
    row.locator("[name=times]").press("Tab")
    expect(row).to_contain_text("429, get-audit-logs, 3 requests left")

    window.wait_for(
        "/faults",
        [{"kind": "status", "status": 429, "retry_after": 7, "operation": "get-audit-logs", "times": 3}],
    )


def test_what_is_half_typed_stays(window: Window) -> None:
    """News do not take away what somebody is writing."""
    row = fault_row(window, "status")
    row.locator(".bare").click()
    field = row.locator("[name=times]")
    field.press_sequentially("12")

    window.control("PUT", "/clock", {"frozen": True})
    expect(window.card("Clock")).to_contain_text("stands still")

    expect(field).to_have_value("12")


def test_fields_that_make_no_sense_are_left_out(window: Window) -> None:
    """A spread goes with the distribution that has one."""
    row = switch_on(window, "latency")
    row.locator("[name=distribution]").select_option("uniform")
    expect(row.locator("[name=spread]")).to_have_value("500")
    row.locator("[name=distribution]").select_option("fixed")
    expect(row.locator("[name=spread]")).to_have_count(0)

    window.wait_for("/faults", [{"kind": "latency", "distribution": "fixed", "milliseconds": 2000}])


def test_faults_from_elsewhere_are_shown(window: Window) -> None:
    """What the control API sets shows on the switches at once."""
    window.control("PUT", "/faults", [{"kind": "status", "status": 403}, {"kind": "reset", "times": 2}])

    expect(fault_row(window, "status")).to_contain_text("403")
    expect(fault_row(window, "reset")).to_contain_text("2 requests left")


def test_faults_are_cleared(window: Window) -> None:
    """One button takes them all out."""
    window.control("PUT", "/faults", [{"kind": "reset"}, {"kind": "reset", "times": 2}])

    window.card("Faults").get_by_role("button", name="Clear").click()

    expect(window.page.get_by_role("switch", checked=True)).to_have_count(0)
    window.wait_for("/faults", [])


def test_a_mistake_is_told(window: Window) -> None:
    """What the server refuses is shown in its words."""
    window.page.route(
        "**/faults", lambda route: route.fulfill(status=400, json={"message": "No.", "detail": "So not."})
    )

    fault_row(window, "reset").get_by_role("switch").click()

    expect(window.page.get_by_text("No. So not.")).to_be_visible()
