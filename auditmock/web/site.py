"""Serves the documentation and the dashboard."""

import html
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import orjson

from auditmock.core.asgi import App, Receive, Scope, Send
from auditmock.core.errors import method_not_allowed
from auditmock.handlers.messages.response import Reply, error_reply, send_reply
from auditmock.openapi.contract import Contract
from auditmock.openapi.drift import find_drift, write_page
from auditmock.web.dashboard import DASHBOARD, dashboard_documents
from auditmock.web.static_files import Builders, Document, document_reply

HOME = "/docs"
"""Path of the API page."""

DRIFT = f"{HOME}/drift"
"""Path of the drift page."""

_METHODS = ("GET", "HEAD")
DOCS_REDIRECTS = {"/": HOME, f"{HOME}/": HOME}
CONTROL_REDIRECTS = {DASHBOARD.rstrip("/"): DASHBOARD}
_PAGES = Path(__file__).parent / "pages"
_PLACEHOLDER = "{{token}}"


class Site:
    """ASGI middleware: serves documents by path and passes other requests on.

    A document is built at its first request.
    """

    def __init__(self, app: App, builders: Builders, redirects: Mapping[str, str]) -> None:
        self._app = app
        self._builders = builders
        self._redirects = redirects
        self._built: dict[str, Document] = {}
        self._paths = builders.keys() | redirects.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a document, or pass the request on."""
        if scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        reply = self._reply(scope)
        await send_reply(reply._replace(body=b"") if scope["method"] == "HEAD" else reply, send)

    def _reply(self, scope: Scope) -> Reply:
        path = scope["path"]
        if scope["method"] not in _METHODS:
            return error_reply(method_not_allowed(path, ", ".join(_METHODS)))
        if path in self._redirects:
            return Reply(307, [(b"location", self._redirects[path].encode()), (b"content-length", b"0")], b"")
        return document_reply(self._document(path), dict(scope["headers"]))

    def _document(self, path: str) -> Document:
        if path not in self._built:
            self._built[path] = self._builders[path]()
        return self._built[path]


def docs_pages(contract: Contract, token: str) -> Builders:
    """Return the builders of the documentation; the API page uses `token`."""
    return {
        HOME: partial(_page, token),
        f"{HOME}/scalar.js": _script,
        DRIFT: _drift,
        "/openapi.yaml": partial(_yaml, contract),
        "/openapi.json": partial(_json, contract),
        "/favicon.svg": _favicon,
        "/favicon.ico": _favicon,
    }


def control_pages(document: Contract) -> Builders:
    """Return the builders of the dashboard and of the control API's OpenAPI document."""
    return {
        "/_mock/openapi.yaml": partial(_yaml, document),
        "/_mock/openapi.json": partial(_json, document),
        **dashboard_documents(),
    }


def _page(token: str) -> Document:
    text = (_PAGES / "docs.html").read_text(encoding="utf-8")
    return Document("text/html; charset=utf-8", text.replace(_PLACEHOLDER, html.escape(token)).encode())


def _drift() -> Document:
    return Document("text/html; charset=utf-8", write_page(find_drift(), linked=True).encode())


def _script() -> Document:
    body = (Path(__file__).parent / "vendor" / "scalar.js.gz").read_bytes()
    return Document("text/javascript; charset=utf-8", body, "gzip")


def _yaml(contract: Contract) -> Document:
    return Document("application/yaml", contract.text.encode())


def _json(contract: Contract) -> Document:
    return Document("application/json", orjson.dumps(contract.document))


def _favicon() -> Document:
    return Document("image/svg+xml", (_PAGES / "favicon.svg").read_bytes())
