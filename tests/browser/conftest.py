"""Fixtures for a real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser_tabs import FLAGS, OpenTab, Tab
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[OpenTab]:
    """Return a function that opens a tab without stored data, with some size and colours."""
    tabs: list[Tab] = []

    def open_new_tab(**options: Any) -> Tab:
        tabs.append(Tab(browser.new_context(**options).new_page()))
        return tabs[-1]

    yield open_new_tab
    for tab in tabs:
        tab.page.context.close()
