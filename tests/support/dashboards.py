"""The dashboard on one world in a real browser, and that world by the control API."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from browser_tabs import Tab
from playwright.sync_api import Locator, Page
from processes import Running

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 400, "height": 860}
AUDIT = "/api/v2/audit"
_NUMBERS = count(1)


def new_world() -> str:
    """Make the name of a world that no other test uses."""
    return f"browser{next(_NUMBERS):015d}"


@dataclass
class Dashboard:
    """A dashboard page that shows a private world."""

    server: Running
    tab: Tab
    world: str = field(default_factory=new_world)

    def __post_init__(self) -> None:
        self.control("PUT", "", {})

    @property
    def page(self) -> Page:
        """The page."""
        return self.tab.page

    @property
    def token(self) -> str:
        """A token for the world."""
        return f"Owner00000-{self.world}"

    def show(self, view: str = "requests") -> Page:
        """Open the page."""
        self.page.goto(f"{self.server.url}/_mock/?world={self.world}#{view}")
        self.page.locator(".connection.live").wait_for()
        return self.page

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API for this world and return the response."""
        url = f"{self.server.url}/_mock/worlds/{self.world}{path}"
        response = httpx.request(method, url, json=body)
        return response.raise_for_status().json() if response.content else None

    def state(self) -> Any:
        """Return the state of the world."""
        return self.control("GET", "")

    def send_search(self, query: str, method: str = "GET", path: str = AUDIT, **body: str) -> int:
        """Send a request like an application and return its number in the request log."""
        response = httpx.request(
            method,
            f"{self.server.url}{path}?{query}",
            headers={"Coder-Session-Token": self.token},
            json=body or None,
        )
        return int(response.headers["X-Mock-Request"])

    @property
    def rows(self) -> Locator:
        """The rows of the request log."""
        return self.page.get_by_role("listbox", name="Requests").get_by_role("option")

    def wait_for(self, path: str, expected: Any) -> None:
        """Wait until the control API returns the expected value."""
        for _ in range(100):
            if self.control("GET", path) == expected:
                return
            self.page.wait_for_timeout(100)
        assert self.control("GET", path) == expected

    def card(self, name: str) -> Locator:
        """Return a section of the page by its name."""
        return self.page.get_by_role("region", name=name, exact=True)
