"""The window on one world in a real browser, and that world by the control API."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from browser_tabs import Tab
from playwright.sync_api import Locator, Page
from processes import Running

DESK = {"width": 1280, "height": 860}
PHONE = {"width": 400, "height": 860}
AUDIT = "/api/v2/audit"
_NUMBERS = count(1)


def new_world() -> str:
    """Make the name of a world that no other test uses."""
    return f"window{next(_NUMBERS):016d}"


@dataclass
class Window:
    """A page that shows a world nobody else uses."""

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
        """A token that sees the world."""
        return f"Owner00000-{self.world}"

    def show(self, view: str = "requests") -> Page:
        """Open the page."""
        self.page.goto(f"{self.server.url}/_mock/?world={self.world}#{view}")
        self.page.locator(".news.live").wait_for()
        return self.page

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API about this world and give what it answers."""
        url = f"{self.server.url}/_mock/worlds/{self.world}{path}"
        answer = httpx.request(method, url, json=body)
        return answer.raise_for_status().json() if answer.content else None

    def state(self) -> Any:
        """Look at the world."""
        return self.control("GET", "")

    def ask(self, query: str, method: str = "GET", path: str = AUDIT, **body: str) -> int:
        """Send a request as an application would and give its number in the request_log."""
        answer = httpx.request(
            method,
            f"{self.server.url}{path}?{query}",
            headers={"Coder-Session-Token": self.token},
            json=body or None,
        )
        return int(answer.headers["X-Mock-Request"])

    @property
    def requests(self) -> Locator:
        """The lines of the request_log."""
        return self.page.get_by_role("listbox", name="Requests").get_by_role("option")

    def wait_for(self, path: str, wanted: Any) -> None:
        """Wait until the control API answers about this world what is wanted."""
        for _ in range(100):
            if self.control("GET", path) == wanted:
                return
            self.page.wait_for_timeout(100)
        assert self.control("GET", path) == wanted

    def card(self, name: str) -> Locator:
        """Give a part of the page by its name."""
        return self.page.get_by_role("region", name=name, exact=True)
