"""References of an HTML page: what it loads, what it links to, and its ids."""

from html.parser import HTMLParser

ASSETS = {"img": "src", "script": "src", "source": "src", "iframe": "src", "link": "href"}
"""Elements that load a file, and the attribute with its URL."""


class HtmlReferences(HTMLParser):
    """The URLs and ids of a page; `current` are the links marked as the current page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.links: list[str] = []
        self.current: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the references of an element."""
        attributes = dict(attrs)
        self.ids.add(attributes.get("id") or "")
        if url := attributes.get(ASSETS.get(tag, "")):
            self.assets.append(url)
        if tag == "a" and (url := attributes.get("href")):
            self.links.append(url)
            if attributes.get("aria-current") == "page":
                self.current.append(url)
