"""Takes the screenshot of the dashboard that README and documentation show (`make screenshot`)."""

from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from auditmock.testing import AuditMock

IMAGE = Path(__file__).parents[1] / "docs" / "images" / "dashboard.png"
LIST = "/api/v2/audit"
SEARCHES = (
    "q=&limit=25",
    "q=action:delete&limit=25",
    "q=resource_type:template action:delete",
    "q=username:me",
    "q=date_from:2025-12-24 action:start",
    "q=action:creat date_from:2025-2-30 resource_id:42",
    "q=build_reason:autostop",
)
REJECTED = "action:creat"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def send_requests(mock: AuditMock) -> None:
    """Send requests of two worlds and two users, so that the dashboard has something to show."""
    own = {"Coder-Session-Token": "Owner00000-loginTest0000000000001"}
    shared = {"Coder-Session-Token": "Owner00000-0000000000000000000000"}
    member = {"Coder-Session-Token": "Member0000-0000000000000000000000"}
    with httpx.Client(base_url=mock.url) as client:
        client.post(f"{LIST}/testgenerate", json={}, headers=own)
        client.get(f"{LIST}?q=", headers=member)
        for position, search in enumerate(SEARCHES):
            client.get(f"{LIST}?{search}", headers=own if position % 2 else shared)


def main() -> None:
    """Write the image."""
    with AuditMock() as mock, sync_playwright() as playwright:
        send_requests(mock)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS])
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(f"{mock.url}/_mock/")
        page.get_by_text(REJECTED).first.click()
        page.get_by_text("Search", exact=True).last.wait_for()
        page.screenshot(path=IMAGE)
        browser.close()


if __name__ == "__main__":
    main()
