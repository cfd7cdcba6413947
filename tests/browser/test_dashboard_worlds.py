"""Dashboard, world controls: each control has its effect in the control API."""

from __future__ import annotations

import re

import httpx
import pytest
from browser_tabs import OpenTab
from dashboards import DESKTOP, Dashboard
from playwright.sync_api import Locator, expect
from processes import Running, Start

from auditmock.fixtures.faults import fault_schema

pytestmark = pytest.mark.browser

FAULT = fault_schema()["properties"]
KINDS = {
    "latency": "Latency",
    "status": "Error status",
    "slow_body": "Slow body",
    "truncated_body": "Truncated body",
    "reset": "Connection reset",
    "empty_reply": "Empty reply",
    "malformed_json": "Malformed JSON",
}


@pytest.fixture
def dashboard(open_tab: OpenTab, server: Running) -> Dashboard:
    """Open a dashboard on a private world."""
    dashboard = Dashboard(
        server, open_tab(viewport=DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    )
    dashboard.show()
    return dashboard


def fault_row(dashboard: Dashboard, kind: str) -> Locator:
    """Return the row of a kind of fault."""
    return dashboard.page.locator(f"li[data-kind={kind}]")


def switch_on(dashboard: Dashboard, kind: str) -> Locator:
    """Turn a fault on, wait until the server has it, and return its row."""
    row = fault_row(dashboard, kind)
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    return row


def test_selected_world_shows_its_token(dashboard: Dashboard) -> None:
    """A click on another world shows its token."""
    other = Dashboard(dashboard.server, dashboard.tab)

    dashboard.page.get_by_role("radio", name=re.compile(rf"^{other.world[:8]}.*{other.world[-4:]}")).check()

    expect(dashboard.page.get_by_label("the token", exact=True)).to_have_text(other.token)


def test_new_world_is_listed(dashboard: Dashboard) -> None:
    """A world that a client opens is listed at once."""
    worlds = dashboard.page.locator("input[name=world]")
    before = worlds.count()
    other = Dashboard(dashboard.server, dashboard.tab)

    other.send_search("q=")

    expect(dashboard.page.locator(f"input[value='{other.world}']")).to_be_attached()
    assert worlds.count() > before


def test_token_is_copied(dashboard: Dashboard) -> None:
    """The button copies the token to the clipboard."""
    dashboard.page.get_by_role("button", name="Copy the token", exact=True).click()

    expect(dashboard.page.get_by_text("Copied the token.")).to_be_visible()
    assert dashboard.page.evaluate("navigator.clipboard.readText()") == dashboard.token


def test_new_button_opens_a_world(dashboard: Dashboard) -> None:
    """The button opens a world with a random token and selects it."""
    known = {world["name"] for world in httpx.get(f"{dashboard.server.url}/_mock/worlds").json()}

    dashboard.page.get_by_role("button", name="New").click()

    expect(dashboard.page.get_by_label("the token", exact=True)).not_to_have_text(dashboard.token)
    now = {world["name"] for world in httpx.get(f"{dashboard.server.url}/_mock/worlds").json()}
    assert len(now - known) == 1


def test_reset_removes_posted_logs(dashboard: Dashboard) -> None:
    """The button removes posted logs."""
    dashboard.send_search("", "POST", "/api/v2/audit/testgenerate", action="create")
    chosen = dashboard.page.locator(".choice:has(:checked)")
    expect(chosen).to_contain_text("1 posted")

    dashboard.page.get_by_role("button", name="Reset", exact=True).first.click()

    expect(chosen).not_to_contain_text("posted")
    assert dashboard.state()["posted"] == 0


def test_scenario_is_loaded(dashboard: Dashboard) -> None:
    """The selection loads a scenario into the world."""
    dashboard.page.get_by_label("Scenario", exact=True).select_option("empty")

    expect(dashboard.page.locator(".choice:has(:checked)")).to_contain_text("empty0 logs")
    assert dashboard.state()["scenario"] == "empty"


def test_reset_everything_needs_confirmation(open_tab: OpenTab, start_server: Start) -> None:
    """The button asks for confirmation and then keeps only the shared world."""
    dashboard = Dashboard(start_server("--logs", "10"), open_tab(viewport=DESKTOP))
    page = dashboard.show()
    page.get_by_role("button", name="Reset everything").click()

    page.get_by_role("dialog").get_by_role("button", name="Reset").click()

    expect(page.locator("input[name=world]")).to_have_count(1)
    assert httpx.get(f"{dashboard.server.url}/_mock/health").json()["worlds"] == 1


def test_escape_cancels_the_reset(dashboard: Dashboard) -> None:
    """Escape closes the dialog without a reset."""
    dashboard.page.get_by_role("button", name="Reset everything").click()

    dashboard.page.keyboard.press("Escape")

    expect(dashboard.page.get_by_role("dialog")).to_have_count(0)
    assert dashboard.state()["name"] == dashboard.world


def test_clock_is_frozen_and_resumed(dashboard: Dashboard) -> None:
    """The button freezes the clock and, pressed again, resumes it."""
    card = dashboard.card("Clock")
    card.get_by_role("button", name="Freeze").click()
    expect(card).to_contain_text("frozen")
    frozen = dashboard.control("GET", "/clock")
    card.get_by_role("button", name="Resume").click()
    expect(card).to_contain_text("running, adjusted")

    assert frozen["frozen"]
    assert not dashboard.control("GET", "/clock")["frozen"]


def test_clock_is_set(dashboard: Dashboard) -> None:
    """A time is set as UTC; a frozen clock stays there."""
    card = dashboard.card("Clock")
    card.get_by_role("button", name="Freeze").click()
    card.get_by_label("Time to set").fill("2030-05-06T07:08:09")
    card.get_by_role("button", name="Set").click()

    expect(card).to_contain_text("07:08:09")
    expect(card).to_contain_text("Mon, 6 May 2030")
    assert dashboard.control("GET", "/clock")["now"].startswith("2030-05-06T07:08:09")


def test_clock_is_advanced(dashboard: Dashboard) -> None:
    """Each button advances the clock by its step."""
    dashboard.control("PUT", "/clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    card = dashboard.card("Clock")
    expect(card).to_contain_text("00:00:00")
    for step, shown in (("+ 1 min", "00:01:00"), ("+ 1 hour", "01:01:00"), ("+ 1 day", "2 Jan 2030")):
        card.get_by_role("button", name=step).click()
        expect(card).to_contain_text(shown)

    assert dashboard.control("GET", "/clock")["now"].startswith("2030-01-02T01:01:00")


def test_clock_is_released(dashboard: Dashboard) -> None:
    """The button restores the real time."""
    dashboard.control("PUT", "/clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    card = dashboard.card("Clock")

    card.get_by_role("button", name="Use real time").click()

    expect(card).to_contain_text("real time")
    assert dashboard.control("GET", "/clock")["real"]


@pytest.mark.parametrize("kind", FAULT["kind"]["enum"])
def test_each_kind_of_fault_has_a_switch(dashboard: Dashboard, kind: str) -> None:
    """A switch adds a fault of its kind and removes it."""
    row = switch_on(dashboard, kind)
    faults = dashboard.control("GET", "/faults")
    expect(row).to_contain_text(KINDS[kind])
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "false")

    assert [fault["kind"] for fault in faults] == [kind]
    assert dashboard.control("GET", "/faults") == []


def test_fields_match_the_schema(dashboard: Dashboard) -> None:
    """The form has every field of the schema, and no other."""
    names: set[str] = set()
    for kind, name in (("latency", "distribution"), ("status", "status"), ("slow_body", "milliseconds")):
        row = fault_row(dashboard, kind)
        row.locator(".bare").click()
        for choice in row.locator(f"select[name={name}] option").all():
            row.locator(f"select[name={name}]").select_option(choice.get_attribute("value") or "")
            names |= {str(field.get_attribute("name")) for field in row.locator("[name]").all()}
        names |= {str(field.get_attribute("name")) for field in row.locator("[name]").all()}

    assert names == FAULT.keys() - {"kind"}


@pytest.mark.parametrize(
    ("kind", "field"), [("status", "status"), ("status", "operation"), ("latency", "distribution")]
)
def test_options_match_the_schema(dashboard: Dashboard, kind: str, field: str) -> None:
    """The options of a field are the values of the schema."""
    row = fault_row(dashboard, kind)
    row.locator(".bare").click()
    options = row.locator(f"select[name={field}] option").all()

    assert [option.get_attribute("value") for option in options if option.get_attribute("value")] == [
        str(value) for value in FAULT[field]["enum"]
    ]


def test_status_fault_is_set_with_its_fields(dashboard: Dashboard) -> None:
    """Status, count and operation reach the server."""
    row = switch_on(dashboard, "status")
    row.locator("[name=status]").select_option("429")
    row.locator("[name=retry_after]").fill("7")
    row.locator("[name=retry_after]").press("Tab")
    row.locator("[name=operation]").select_option("get-audit-logs")
    row.locator("[name=times]").fill("3")
    row.locator("[name=times]").press("Tab")
    expect(row).to_contain_text("429, get-audit-logs, 3 requests left")

    dashboard.wait_for(
        "/faults",
        [{"kind": "status", "status": 429, "retry_after": 7, "operation": "get-audit-logs", "times": 3}],
    )


def test_typed_text_survives_updates(dashboard: Dashboard) -> None:
    """Events do not overwrite text that is being typed."""
    row = fault_row(dashboard, "status")
    row.locator(".bare").click()
    field = row.locator("[name=times]")
    field.press_sequentially("12")

    dashboard.control("PUT", "/clock", {"frozen": True})
    expect(dashboard.card("Clock")).to_contain_text("frozen")

    expect(field).to_have_value("12")


def test_spread_is_shown_for_uniform_only(dashboard: Dashboard) -> None:
    """The field `spread` is shown only for the distribution that uses it."""
    row = switch_on(dashboard, "latency")
    row.locator("[name=distribution]").select_option("uniform")
    expect(row.locator("[name=spread]")).to_have_value("500")
    row.locator("[name=distribution]").select_option("fixed")
    expect(row.locator("[name=spread]")).to_have_count(0)

    dashboard.wait_for("/faults", [{"kind": "latency", "distribution": "fixed", "milliseconds": 2000}])


def test_faults_from_the_api_are_shown(dashboard: Dashboard) -> None:
    """Faults set by the control API are shown at once."""
    dashboard.control("PUT", "/faults", [{"kind": "status", "status": 403}, {"kind": "reset", "times": 2}])

    expect(fault_row(dashboard, "status")).to_contain_text("403")
    expect(fault_row(dashboard, "reset")).to_contain_text("2 requests left")


def test_faults_are_cleared(dashboard: Dashboard) -> None:
    """The button removes all faults."""
    dashboard.control("PUT", "/faults", [{"kind": "reset"}, {"kind": "reset", "times": 2}])

    dashboard.card("Faults").get_by_role("button", name="Clear").click()

    expect(dashboard.page.get_by_role("switch", checked=True)).to_have_count(0)
    dashboard.wait_for("/faults", [])


def test_rejected_fault_is_reported(dashboard: Dashboard) -> None:
    """An error of the server is shown."""
    dashboard.page.route(
        "**/faults", lambda route: route.fulfill(status=400, json={"message": "No.", "detail": "So not."})
    )

    fault_row(dashboard, "reset").get_by_role("switch").click()

    expect(dashboard.page.get_by_text("No. So not.")).to_be_visible()
