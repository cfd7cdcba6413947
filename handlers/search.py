"""Parser of the documented search language: from `q` to a `Filter`, by the contract's `x-search`.

The tokenizer follows reference 9.1. Malformed elements are problems, and the
`pattern` of `q` in the contract matches the same searches. Unknown keys and enum values do not filter and
cause hints.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from auditmock.core.constants import ME
from auditmock.core.errors import invalid_parameters
from auditmock.core.models import Filter, Validation
from auditmock.core.timestamps import DAY, parse_day
from auditmock.handlers.messages.hints import repeated_key, unknown_key, unknown_value, wrong_uuid
from auditmock.handlers.messages.request import UUID
from auditmock.openapi.contract import Search, SearchKey

_ELEMENT = re.compile(r'(?:[^ "]|"[^"]*(?:"|\Z))+')
_QUOTED_OR_COLON = re.compile(r'"[^"]*(?:"|\Z)|:')
_NUL = "A search cannot contain the character U+0000."
_CACHE_SIZE = 4096
_MAX_CACHED_LENGTH = 200


class Query(NamedTuple):
    filter: Filter
    hints: tuple[str, ...]


class _Term(NamedTuple):
    """A parsed element.

    `value` is in lower case, or the first instant of a day, or None if the term
    does not filter; then `hint` says why. `key` is None if the key is unknown.
    """

    key: SearchKey | None
    text: str
    value: str | int | None
    hint: str = ""


class SearchLanguage:
    def __init__(self, search: Search) -> None:
        self._keys = search.keys
        self._bare_term = search.keys[search.bare_term]
        # The result depends on nothing else; long texts are not worth the memory.
        self._parse_short = lru_cache(_CACHE_SIZE)(self._parse)

    def parse(self, text: str, username: str) -> Query:
        """Parse the search of the user with that name; raises ApiError (400) if it is malformed."""
        return (self._parse_short if len(text) < _MAX_CACHED_LENGTH else self._parse)(text, username)

    def _parse(self, text: str, username: str) -> Query:
        elements = self._elements(text)
        if problems := [each for each in elements if isinstance(each, Validation)]:
            raise invalid_parameters(problems, only_search=True)
        return _combine((each for each in elements if isinstance(each, _Term)), username)

    def problems(self, text: str) -> list[Validation]:
        """List the problems of a search, one per malformed element."""
        return [term for term in self._elements(text) if isinstance(term, Validation)]

    def split_element(self, element: str) -> list[str]:
        """Split an element into its key, if it has one, and its value; raises ApiError (400)."""
        pieces = _split(element)
        if problem := _form_problem(element, pieces):
            raise invalid_parameters([Validation("q", problem)], only_search=True)
        *name, value = [piece.strip('"') for piece in pieces]
        return [*(each.lower() if each.lower() in self._keys else each for each in name), value]

    def _elements(self, text: str) -> list[_Term | Validation]:
        elements = _ELEMENT.findall(text) if '"' in text else filter(None, text.split(" "))
        read: list[_Term | Validation] = [self._read(element) for element in elements]
        if "\0" in text:
            read.append(Validation("q", _NUL))
        return read

    def _read(self, element: str) -> _Term | Validation:
        pieces = _split(element) if '"' in element else element.split(":")
        if problem := _form_problem(element, pieces):
            return Validation("q", problem)
        text = pieces[-1].strip('"')
        if len(pieces) == 1:
            return _read_value(self._bare_term, text)
        name = pieces[0].strip('"')
        key = self._keys.get(name.lower())
        if key is None:
            return _Term(None, text, None, unknown_key(name, tuple(self._keys)))
        return _read_value(key, text)


def _read_value(key: SearchKey, text: str) -> _Term | Validation:
    value = text.lower()
    if key.type == "date":
        try:
            return _Term(key, text, parse_day(value))
        except ValueError as error:
            detail = f'Query param "{key.name}" must be a valid date format (2006-01-02): {error}'
            return Validation(key.name, detail)
    if key.type == "uuid" and not UUID.fullmatch(value):
        return Validation(key.name, f'Query param "{key.name}" {wrong_uuid(text)}')
    if key.type == "enum" and value not in key.values:
        return _Term(key, text, None, unknown_value(text, key.name, key.values))
    return _Term(key, text, value)


def _combine(terms: Iterable[_Term], username: str) -> Query:
    """Combine terms to one filter; if a key is repeated, the last value wins."""
    equal: dict[str, str] = {}
    bounds: dict[str, int] = {}
    hints: list[str] = []
    seen: set[str] = set()
    for key, text, value, hint in terms:
        if hint:
            hints.append(hint)
        if key is None:
            continue
        if key.name in seen:
            hints.append(repeated_key(key.name, text))
        seen.add(key.name)
        if isinstance(value, int):
            bounds[key.match] = value
        elif value is None:
            equal.pop(key.name, None)
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


def _form_problem(element: str, pieces: list[str]) -> str:
    """Describe what is malformed in an element; empty if nothing is (reference 9.2, 9.3)."""
    if len(pieces) > 2:  # noqa: PLR2004 - a key and a value
        return f"Query element {_quote(element)} can only contain 1 ':'; put the value in double quotes"
    if "" in [piece.strip('"') for piece in pieces]:
        if len(pieces) == 1:
            return f"Query element {_quote(element)} is empty; remove it"
        return f"Query element {_quote(element)} cannot start or end with ':'; write key:value"
    return ""


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
