"""The search language of `q`: from text to a `Filter`, by the contract's table `x-search`.

The tokenizer follows reference 9.1. Form is strict: whatever is malformed is a problem, and the
`pattern` of `q` in the contract says the same. Meaning is lenient: an unknown key or enum value filters
nothing and is named in a hint.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from auditmock.errors import invalid_parameters
from auditmock.handlers.hints import repeated_key, unknown_key, unknown_value, wrong_uuid
from auditmock.handlers.request import UUID
from auditmock.instants import DAY, parse_day
from auditmock.models import Filter, Validation
from auditmock.openapi import Search, SearchKey
from auditmock.vocabulary import ME

_ELEMENT = re.compile(r'(?:[^ "]|"[^"]*(?:"|\Z))+')
_QUOTED_OR_COLON = re.compile(r'"[^"]*(?:"|\Z)|:')


class Query(NamedTuple):
    """A search understood: what it asks for, and what it said in vain."""

    filter: Filter
    hints: tuple[str, ...]


class _Term(NamedTuple):
    """One element: a search key (None: unknown), and the key and the value as written."""

    key: SearchKey | None
    name: str
    value: str


class SearchLanguage:
    """Reads searches in the language of one contract."""

    def __init__(self, search: Search) -> None:
        self._keys = search.keys
        self._bare_term = search.keys[search.bare_term]

    def parse(self, text: str, username: str) -> Query:
        """Understand a search by the user of that name; refuses (400) a malformed one."""
        problems: list[Validation] = []
        terms = list(self._terms(text, problems))
        if problems:
            raise invalid_parameters(problems, only_search=True)
        return self._understand(terms, username)

    def problems(self, text: str) -> list[Validation]:
        """List what is malformed, element by element."""
        problems: list[Validation] = []
        for _ in self._terms(text, problems):
            pass
        return problems

    def _terms(self, text: str, problems: list[Validation]) -> Iterator[_Term]:
        if "\0" in text:
            problems.append(Validation("q", "A search cannot contain the character U+0000."))
        elements = _ELEMENT.findall(text) if '"' in text else filter(None, text.split(" "))
        for element in elements:
            term = self._term(element, problems)
            if term is not None:
                yield term

    def _term(self, element: str, problems: list[Validation]) -> _Term | None:
        pieces = _split(element) if '"' in element else element.split(":")
        if problem := _malformed(element, pieces):
            problems.append(Validation("q", problem))
            return None
        value = pieces[-1].strip('"')
        if len(pieces) == 1:
            return _Term(self._bare_term, self._bare_term.name, value)
        name = pieces[0].strip('"')
        key = self._keys.get(name.lower())
        if key is not None and key.type in _CHECKS and (problem := _CHECKS[key.type](key.name, value)):
            problems.append(Validation(key.name, problem))
            return None
        return _Term(key, name, value)

    def _understand(self, terms: list[_Term], username: str) -> Query:
        """Fold terms into one filter; of a key given twice the last one counts."""
        equal: dict[str, str] = {}
        bounds: dict[str, int] = {}
        hints: list[str] = []
        seen: set[str] = set()
        for key, name, text in terms:
            if key is None:
                hints.append(unknown_key(name, tuple(self._keys)))
                continue
            if key.name in seen:
                hints.append(repeated_key(key.name, text))
            seen.add(key.name)
            value = text.lower()
            if key.type == "date":
                bounds[key.match] = parse_day(value)
            elif key.type == "enum" and value not in key.values:
                equal.pop(key.name, None)
                hints.append(unknown_value(text, key.name, key.values))
            else:
                equal[key.name] = username if key.me and value == ME else value
        since, last_day = bounds.get("not_before"), bounds.get("not_after")
        until = None if last_day is None else last_day + DAY - 1
        return Query(Filter(tuple(equal.items()), since, until), tuple(hints))


def _split(element: str) -> list[str]:
    """Split an element at its colons outside quotes."""
    pieces, start = [], 0
    for match in _QUOTED_OR_COLON.finditer(element):
        if match[0] == ":":
            pieces.append(element[start : match.start()])
            start = match.end()
    return [*pieces, element[start:]]


def _malformed(element: str, pieces: list[str]) -> str:
    """Say what is wrong with the form of an element; empty when nothing is (reference 9.2, 9.3)."""
    if len(pieces) > 2:  # noqa: PLR2004 - a key and a value
        return f"Query element {_quote(element)} can only contain 1 ':'; put the value in double quotes"
    if not all(piece.strip('"') for piece in pieces):
        if len(pieces) == 1:
            return f"Query element {_quote(element)} is empty; leave it out"
        return f"Query element {_quote(element)} cannot start or end with ':'; write key:value"
    return ""


def _check_uuid(name: str, value: str) -> str:
    if UUID.fullmatch(value):
        return ""
    return f'Query param "{name}" {wrong_uuid(value)}'


def _check_date(name: str, value: str) -> str:
    try:
        parse_day(value)
    except ValueError as error:
        return f'Query param "{name}" must be a valid date format (2006-01-02): {error}'
    return ""


_CHECKS: Mapping[str, Callable[[str, str], str]] = {"uuid": _check_uuid, "date": _check_date}
"""By type of key, what is wrong with a value; empty when nothing is."""


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
