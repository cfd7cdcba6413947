"""The documents of the documentation: API page, drift, the real server, contract files and their assets."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from jinja2 import Template

from auditmock.openapi.contract import Contract
from auditmock.openapi.drift import find_drift, write_page
from auditmock.web.static_files import Document

_WEB = Path(__file__).parent
_PAGES = _WEB / "pages"
_REFERENCE = _WEB.parent / "generated" / "coder-server.html"
_HTML = "text/html; charset=utf-8"


class Addresses(NamedTuple):
    """Where the documents of a site are; its pages link to them there."""

    api: str
    yaml: str
    json: str
    drift: str
    reference: str
    script: str
    favicon: str


class Link(NamedTuple):
    name: str
    address: str
    is_current: bool = False


class ApiPage(NamedTuple):
    """What the API page of one release shows.

    `introduction` is Markdown. `server` is the address that requests are sent to; empty: that of the page
    itself. `token` is filled in. `releases` and `pages` make the navigation bar; without them there is none.
    """

    title: str
    introduction: str
    server: str = ""
    token: str = ""
    sends_requests: bool = True
    releases: Sequence[Link] = ()
    pages: Sequence[Link] = ()

    @property
    def origins(self) -> str:
        """The origins that the page may connect to, as in a Content-Security-Policy."""
        if not self.server or not self.sends_requests:
            return "'self'"
        scheme, host, *_ = urlsplit(self.server)
        return f"'self' {scheme}://{host}"


def api_page(page: ApiPage, addresses: Addresses) -> Document:
    template = Template((_PAGES / "docs.html").read_text(encoding="utf-8"), autoescape=True)
    return Document(_HTML, template.render(page=page, addresses=addresses).encode())


def drift_page(addresses: Addresses) -> Document:
    text = write_page(
        find_drift(), api=addresses.api, favicon=addresses.favicon, reference=addresses.reference
    )
    return Document(_HTML, text.encode())


def reference_page(addresses: Addresses) -> Document:
    text = _REFERENCE.read_text(encoding="utf-8")
    for name in ("api", "drift", "favicon"):
        text = text.replace(f"{{{{{name}}}}}", getattr(addresses, name))
    return Document(_HTML, text.encode())


def script() -> Document:
    return Document("text/javascript; charset=utf-8", (_WEB / "vendor" / "scalar.js.gz").read_bytes(), "gzip")


def contract_yaml(contract: Contract) -> Document:
    return Document("application/yaml", contract.text.encode())


def contract_json(contract: Contract) -> Document:
    return Document("application/json", orjson.dumps(contract.document))


def favicon() -> Document:
    return Document("image/svg+xml", (_PAGES / "favicon.svg").read_bytes())
