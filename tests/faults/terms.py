"""The elements of a search, as faults take them apart and write them again."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_ELEMENT = re.compile(r'(?:[^ "]|"[^"]*(?:"|\Z))+')
_COLON = re.compile(r'"[^"]*(?:"|\Z)|(:)')
NOBODY = "nobody-has-this-name"
"""A value of no log."""


class Term(NamedTuple):
    """One element: `key` is in lower case and empty for a bare term; `text` is how it was written."""

    key: str
    value: str
    text: str

    @property
    def is_quoted(self) -> bool:
        """Whether it was written with quotes."""
        return '"' in self.text


def term(key: str, value: str) -> Term:
    """Write an element."""
    shown = f'"{value}"' if set(value) & set(" :") else value
    return Term(key, value, f"{key}:{shown}" if key else shown)


def read_terms(q: str) -> list[Term]:
    """Take a search apart."""
    return [_read(text) for text in _ELEMENT.findall(q)]


def write_terms(terms: Iterable[Term]) -> str:
    """Write a search."""
    return " ".join(each.text for each in terms)


def _read(text: str) -> Term:
    colon = next((match.start() for match in _COLON.finditer(text) if match[1]), None)
    if colon is None:
        return Term("", text.strip('"'), text)
    return Term(text[:colon].strip('"').lower(), text[colon + 1 :].strip('"'), text)
