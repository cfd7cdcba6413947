"""A query string as Go reads it (reference 8.1): what is malformed is dropped as if it were absent."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_to_bytes

from auditmock.handlers.messages.request import is_broken

Values = Mapping[str, Sequence[str]]

REPEATED = "provided more than once, found {} times. Only provide 1 instance of this query param."


def read_query(query: bytes) -> Values:
    """Read a query: the values of each name, in their order."""
    values: dict[str, list[str]] = {}
    for pair in query.split(b"&"):
        if pair and not is_broken(pair):
            name, _, value = pair.partition(b"=")
            values.setdefault(_decode(name), []).append(_decode(value))
    return values


def first_value(values: Values, name: str) -> str:
    """Give the first value of a name; empty when there is none."""
    return values[name][0] if name in values else ""


def _decode(text: bytes) -> str:
    if b"+" in text:
        text = text.replace(b"+", b" ")
    return (unquote_to_bytes(text) if b"%" in text else text).decode(errors="replace")
