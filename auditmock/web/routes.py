"""Serves the documentation and the dashboard."""

from collections.abc import Mapping
from functools import partial

from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.core.errors import method_not_allowed
from auditmock.handlers.messages.response import Reply, error_reply, send_reply
from auditmock.openapi.contract import Contract
from auditmock.web import documents
from auditmock.web.dashboard import DASHBOARD, dashboard_documents
from auditmock.web.static_files import Builders, Document, document_reply

HOME = "/docs"
"""Path of the API page."""

ADDRESSES = documents.Addresses(
    api=HOME,
    yaml="/openapi.yaml",
    json="/openapi.json",
    drift=f"{HOME}/drift",
    reference=f"{HOME}/coder-server",
    script=f"{HOME}/scalar.js",
    favicon="/favicon.svg",
)

_METHODS = ("GET", "HEAD")
DOCS_REDIRECTS = {"/": HOME, f"{HOME}/": HOME}
CONTROL_REDIRECTS = {DASHBOARD.rstrip("/"): DASHBOARD}
_INTRODUCTION = f"""\
**Try it here.** Requests from this page go to this mock, with the token `{{token}}`.

* This contract as a file: [openapi.yaml]({ADDRESSES.yaml}), [openapi.json]({ADDRESSES.json})
* How deployed Coder servers differ: [drift]({ADDRESSES.drift}), [the real server]({ADDRESSES.reference})
* Worlds, faults and the request log of this mock: [dashboard]({DASHBOARD})
* Control API of this mock: [openapi.yaml]({DASHBOARD}openapi.yaml), [openapi.json]({DASHBOARD}openapi.json)
"""


class Site:
    """ASGI middleware: serves documents by path, built at their first request; passes other requests on."""

    def __init__(self, app: App, builders: Builders, redirects: Mapping[str, str]) -> None:
        self._app = app
        self._builders = builders
        self._redirects = redirects
        self._built: dict[str, Document] = {}
        self._paths = builders.keys() | redirects.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
    page = documents.ApiPage(
        title=str(contract.document["info"]["title"]),
        introduction=_INTRODUCTION.format(token=token),
        token=token,
    )
    return {
        ADDRESSES.api: partial(documents.api_page, page, ADDRESSES),
        ADDRESSES.script: documents.script,
        ADDRESSES.drift: partial(documents.drift_page, ADDRESSES),
        ADDRESSES.reference: partial(documents.reference_page, ADDRESSES),
        ADDRESSES.yaml: partial(documents.contract_yaml, contract),
        ADDRESSES.json: partial(documents.contract_json, contract),
        ADDRESSES.favicon: documents.favicon,
        "/favicon.ico": documents.favicon,
    }


def control_pages(document: Contract) -> Builders:
    """Return the builders of the dashboard and of the control API's OpenAPI document."""
    return {
        "/_mock/openapi.yaml": partial(documents.contract_yaml, document),
        "/_mock/openapi.json": partial(documents.contract_json, document),
        **dashboard_documents(),
    }
