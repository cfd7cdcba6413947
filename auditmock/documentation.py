"""The documentation: the contract as a page, as YAML and as JSON, in front of the app."""

import gzip
import html
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import orjson

from auditmock.asgi import App, Receive, Scope, Send
from auditmock.errors import method_not_allowed
from auditmock.handlers.wire import Header, Reply, refusal_reply, send_reply
from auditmock.openapi import Contract

HOME = "/docs"
"""Where the page is."""

_METHODS = ("GET", "HEAD")
_REDIRECTS = {"/": HOME, f"{HOME}/": HOME}
_PAGES = Path(__file__).parent / "pages"
_SLOT = "{{token}}"


class Document(NamedTuple):
    """A file as it is served; `encoding` names what its body is compressed with, if it is."""

    content_type: str
    body: bytes
    encoding: str = ""

    @property
    def etag(self) -> str:
        """A strong validator: other bytes, another one."""
        return f'"{blake2b(self.body, digest_size=16).hexdigest()}"'

    def unpacked(self) -> "Document":
        """Give the same file without its gzip encoding."""
        return Document(self.content_type, gzip.decompress(self.body))


Builders = Mapping[str, Callable[[], Document]]
"""By path, how to make its document."""


class Site:
    """An ASGI app in front of another one: answers the paths of the documentation, passes on all others.

    A document is built when first asked for; the token is the one the page has filled in, and
    `control` the document of the control API.
    """

    def __init__(self, app: App, contract: Contract, token: str, control: Contract) -> None:
        self._app = app
        self._builders: Builders = {
            HOME: partial(_page, token),
            f"{HOME}/scalar.js": _script,
            "/openapi.yaml": partial(_yaml, contract),
            "/openapi.json": partial(_json, contract),
            "/_mock/openapi.yaml": partial(_yaml, control),
            "/_mock/openapi.json": partial(_json, control),
            "/favicon.svg": _favicon,
            "/favicon.ico": _favicon,
        }
        self._built: dict[str, Document] = {}
        self._paths = self._builders.keys() | _REDIRECTS.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        reply = self._reply(scope)
        await send_reply(reply._replace(body=b"") if scope["method"] == "HEAD" else reply, send)

    def _reply(self, scope: Scope) -> Reply:
        path = scope["path"]
        if scope["method"] not in _METHODS:
            return refusal_reply(method_not_allowed(path, ", ".join(_METHODS)))
        if path in _REDIRECTS:
            return Reply(307, [(b"location", _REDIRECTS[path].encode()), (b"content-length", b"0")], b"")
        headers = dict(scope["headers"])
        document = self._document(path)
        if document.encoding and not _takes(document.encoding, headers.get(b"accept-encoding", b"")):
            document = document.unpacked()
        return _document_reply(document, headers.get(b"if-none-match", b""))

    def _document(self, path: str) -> Document:
        if path not in self._built:
            self._built[path] = self._builders[path]()
        return self._built[path]


def _page(token: str) -> Document:
    text = (_PAGES / "docs.html").read_text(encoding="utf-8")
    return Document("text/html; charset=utf-8", text.replace(_SLOT, html.escape(token)).encode())


def _script() -> Document:
    body = (_PAGES / "vendor" / "scalar.js.gz").read_bytes()
    return Document("text/javascript; charset=utf-8", body, "gzip")


def _yaml(contract: Contract) -> Document:
    return Document("application/yaml", contract.text.encode())


def _json(contract: Contract) -> Document:
    return Document("application/json", orjson.dumps(contract.document))


def _favicon() -> Document:
    return Document("image/svg+xml", (_PAGES / "favicon.svg").read_bytes())


def _document_reply(document: Document, known: bytes) -> Reply:
    """Answer with a document, or with 304 to a client that has it."""
    etag = document.etag
    # no-cache: kept by the client, but asked for again, so that an upgrade shows at once
    headers: list[Header] = [
        (b"etag", etag.encode()),
        (b"cache-control", b"no-cache"),
        (b"vary", b"Accept-Encoding"),
    ]
    if _names(known.decode("latin-1"), etag):
        return Reply(304, headers, b"")
    headers += [
        (b"content-type", document.content_type.encode()),
        (b"content-length", b"%d" % len(document.body)),
    ]
    if document.encoding:
        headers.append((b"content-encoding", document.encoding.encode()))
    return Reply(200, headers, document.body)


def _names(known: str, etag: str) -> bool:
    """Tell whether `If-None-Match` names the tag; it compares weakly (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or "*" in tags


def _takes(encoding: str, accepted: bytes) -> bool:
    """Tell whether `Accept-Encoding` leaves room for an encoding (RFC 9110, 12.5.3)."""
    weights: dict[str, str] = {}
    for entry in accepted.decode("latin-1").lower().split(","):
        name, _, weight = entry.partition(";")
        weights[name.strip()] = weight.replace(" ", "").removeprefix("q=")
    weight = weights.get(encoding, weights.get("*", "0"))
    return weight.strip("0.") != "" or weight == ""
