"""Query strings, as the documented release and as Coder's Go code read them."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus, unquote_to_bytes

Values = Mapping[str, Sequence[str]]
"""The values of each parameter, in their order."""

BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
"""A percent sign without two hexadecimal digits."""

REPEATED = "provided more than once, found {} times. Only provide 1 instance of this query param."


def read_raw_query(query: bytes) -> dict[str, list[bytes]]:
    """Group the values, still percent-encoded, by decoded name."""
    values: dict[str, list[bytes]] = {}
    for pair in filter(None, query.split(b"&")):
        name, _, value = pair.partition(b"=")
        values.setdefault(unquote_plus(name.decode("latin-1")), []).append(value)
    return values


def read_query(query: bytes) -> Values:
    """Read a query leniently: a broken escape is kept as written."""
    raw = read_raw_query(query)
    return {name: [unquote_plus(value.decode("latin-1")) for value in values] for name, values in raw.items()}


def read_go_query(query: bytes) -> Values:
    """Read a query as Go's `url.ParseQuery` does: it drops malformed pairs (reference 8.1)."""
    values: dict[str, list[str]] = {}
    for pair in query.split(b"&"):
        if pair and not _is_malformed(pair):
            name, _, value = pair.partition(b"=")
            values.setdefault(_decode(name), []).append(_decode(value))
    return values


def find_go_value(query: bytes, name: bytes) -> bytes:
    """Find the first value of a name, as Go does; empty if there is none."""
    for pair in query.split(b"&") if query else ():
        written, _, value = pair.partition(b"=")
        if not _is_malformed(pair) and _unescape(written) == name:
            return _unescape(value)
    return b""


def first_value(values: Values, name: str) -> str:
    """Give the first value of a name; empty if there is none."""
    return values[name][0] if name in values else ""


def _is_malformed(pair: bytes) -> bool:
    return b";" in pair or (b"%" in pair and BROKEN_ESCAPE.search(pair) is not None)


def _decode(text: bytes) -> str:
    return _unescape(text).decode(errors="replace")


def _unescape(text: bytes) -> bytes:
    if b"+" in text:
        text = text.replace(b"+", b" ")
    return unquote_to_bytes(text) if b"%" in text else text
