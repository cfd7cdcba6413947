"""Static files over HTTP: entity tags, compression and 304."""

import gzip
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from auditmock.handlers.messages.response import Header, Reply


class Document(NamedTuple):
    """A static file; `encoding` is `gzip` or empty, `policy` the Content-Security-Policy."""

    content_type: str
    body: bytes
    encoding: str = ""
    policy: str = ""

    @property
    def etag(self) -> str:
        """A strong entity tag: a hash of the body."""
        return f'"{blake2b(self.body, digest_size=16).hexdigest()}"'

    def unpacked(self) -> "Document":
        return self._replace(body=gzip.decompress(self.body), encoding="")


Builders = Mapping[str, Callable[[], Document]]
"""Functions that build documents, by path."""


def document_reply(document: Document, request_headers: Mapping[bytes, bytes]) -> Reply:
    """Answer a request with a document, or with 304 if the client has it."""
    if document.encoding and not _accepts(document.encoding, request_headers.get(b"accept-encoding", b"")):
        document = document.unpacked()
    etag = document.etag
    # no-cache: clients store the file but revalidate it, so that an upgrade shows at once
    headers: list[Header] = [
        (b"etag", etag.encode()),
        (b"cache-control", b"no-cache"),
        (b"vary", b"Accept-Encoding"),
    ]
    if _lists(request_headers.get(b"if-none-match", b"").decode("latin-1"), etag):
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


def _lists(known: str, etag: str) -> bool:
    """Whether `If-None-Match` contains the tag, by weak comparison (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or "*" in tags


def _accepts(encoding: str, accepted: bytes) -> bool:
    """Whether `Accept-Encoding` allows an encoding (RFC 9110, 12.5.3)."""
    weights: dict[str, str] = {}
    for entry in accepted.decode("latin-1").lower().split(","):
        name, _, weight = entry.partition(";")
        weights[name.strip()] = weight.replace(" ", "").removeprefix("q=")
    weight = weights.get(encoding, weights.get("*", "0"))
    return weight.strip("0.") != "" or weight == ""
