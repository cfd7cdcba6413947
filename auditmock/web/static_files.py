"""Documents: files as they are served, with tags, encodings and 304."""

import gzip
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from auditmock.handlers.messages.response import Header, Reply


class Document(NamedTuple):
    """A file as it is served; `encoding` names what its body is compressed with, if it is.

    `policy` is what the browser is to hold the page to (Content-Security-Policy).
    """

    content_type: str
    body: bytes
    encoding: str = ""
    policy: str = ""

    @property
    def etag(self) -> str:
        """A strong validator: other bytes, another one."""
        return f'"{blake2b(self.body, digest_size=16).hexdigest()}"'

    def unpacked(self) -> "Document":
        """Give the same file without its gzip encoding."""
        return self._replace(body=gzip.decompress(self.body), encoding="")


Builders = Mapping[str, Callable[[], Document]]
"""By path, how to make its document."""


def document_reply(document: Document, asked: Mapping[bytes, bytes]) -> Reply:
    """Answer a request of those headers with a document, or with 304 when the client has it."""
    if document.encoding and not _takes(document.encoding, asked.get(b"accept-encoding", b"")):
        document = document.unpacked()
    etag = document.etag
    # no-cache: kept by the client, but asked for again, so that an upgrade shows at once
    headers: list[Header] = [
        (b"etag", etag.encode()),
        (b"cache-control", b"no-cache"),
        (b"vary", b"Accept-Encoding"),
    ]
    if _names(asked.get(b"if-none-match", b"").decode("latin-1"), etag):
        return Reply(304, headers, b"")
    headers += [
        (b"content-type", document.content_type.encode()),
        (b"content-length", b"%d" % len(document.body)),
    ]
    if document.encoding:
        headers.append((b"content-encoding", document.encoding.encode()))
    if document.policy:
        headers.append((b"content-security-policy", document.policy.encode()))
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
