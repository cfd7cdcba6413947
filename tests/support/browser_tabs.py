"""Tabs of a real Chromium, and what they did and said."""

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
LOUD = ("error", "warning")


@dataclass
class Tab:
    """A page, every address it asked for, and every complaint it made."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in LOUD else None,
        )


OpenTab = Callable[..., Tab]
