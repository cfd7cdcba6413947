"""What an HTML page loads, where it links, and the elements that can be linked to."""

from html.parser import HTMLParser

ASSETS = {"img": "src", "script": "src", "source": "src", "iframe": "src", "link": "href"}
"""Elements that load something, and the attribute that says what."""


class HtmlReferences(HTMLParser):
    """The addresses and ids of a page; `current` are the links marked as the page itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.links: list[str] = []
        self.current: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the references of an element."""
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if address := given.get(ASSETS.get(tag, "")):
            self.assets.append(address)
        if tag == "a" and (address := given.get("href")):
            self.links.append(address)
            if given.get("aria-current") == "page":
                self.current.append(address)
