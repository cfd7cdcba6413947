"""Tabs of a real Chromium, with their requests and console messages."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOGGED_TYPES = ("error", "warning")


@dataclass
class Tab:
    """A page, every URL it requested, and every error and warning in its console."""

    page: Page
    requested_urls: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requested_urls.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.problems.append(message.text) if message.type in LOGGED_TYPES else None,
        )


OpenTab = Callable[..., Tab]
