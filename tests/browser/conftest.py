"""A real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser_tabs import FLAGS, OpenTab, Tab
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[OpenTab]:
    """Give a function that opens a tab with nothing stored, of some size and colours."""
    tabs: list[Tab] = []

    def open_one(**looks: Any) -> Tab:
        tabs.append(Tab(browser.new_context(**looks).new_page()))
        return tabs[-1]

    yield open_one
    for tab in tabs:
        tab.page.context.close()
