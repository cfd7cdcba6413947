"""Terms of a search, as faults parse and write them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_TERM = re.compile(r'(?:[^ "]|"[^"]*(?:"|\Z))+')
_COLON = re.compile(r'"[^"]*(?:"|\Z)|(:)')
UNKNOWN_NAME = "nobody-has-this-name"
"""A value that no log has."""


class Term(NamedTuple):
    """One term: `key` is in lower case and empty for a bare term; `text` is the original."""

    key: str
    value: str
    text: str

    @property
    def is_quoted(self) -> bool:
        """Whether the original has quotes."""
        return '"' in self.text


def term(key: str, value: str) -> Term:
    """Make a term."""
    shown = f'"{value}"' if set(value) & set(" :") else value
    return Term(key, value, f"{key}:{shown}" if key else shown)


def read_terms(q: str) -> list[Term]:
    """Parse a search."""
    return [_read(text) for text in _TERM.findall(q)]


def write_terms(terms: Iterable[Term]) -> str:
    """Format a search."""
    return " ".join(each.text for each in terms)


def _read(text: str) -> Term:
    colon = next((match.start() for match in _COLON.finditer(text) if match[1]), None)
    if colon is None:
        return Term("", text.strip('"'), text)
    return Term(text[:colon].strip('"').lower(), text[colon + 1 :].strip('"'), text)
