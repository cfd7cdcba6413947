"""Cures: the nearest search that is valid, found by trying what may have been meant."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from uuid import UUID

from auditmock.handlers.search.terms import REJECTED, ParsedSearch, Term
from auditmock.openapi.contract import Search, SearchKey

_MOST = 20
"""Terms that are tried to be repaired; of more the rest is left out."""

_DATE = re.compile(r"\D*([0-9]{4})\D?([0-9]{1,2})\D?([0-9]{1,2})")
_LAST_DAYS = (31, 30, 29, 28)


def suggest_query(search: Search, reading: ParsedSearch, is_valid: Callable[[str], bool]) -> str:
    """Find the nearest valid search: each refused term is repaired, or left out; empty when it is valid."""
    if reading.valid:
        return ""
    parts = [None if term.effect == REJECTED else term.text for term in reading.terms]
    refused = [place for place, part in enumerate(parts) if part is None]
    for place in refused[:_MOST]:
        for repaired in _repairs(search, reading.terms[place]):
            if is_valid(_join([*parts[:place], repaired, *parts[place + 1 :]])):
                parts[place] = repaired
                break
    return _join(parts)


def _join(parts: Sequence[str | None]) -> str:
    return " ".join(part for part in parts if part)


def _repairs(search: Search, term: Term) -> Iterator[str]:
    """List what a term may have been meant to be, most likely first."""
    text = term.text.replace("\0", "")
    yield text
    yield text.lstrip(":")
    name, _, rest = text.partition(":")
    key = search.keys.get(name.strip('"').lower())
    if key:
        value = rest.replace('"', "").strip()
        for better in _values(key, value):
            yield f"{name}:{better}"
        yield f'{name}:"{value}"'
        return
    if rest:
        for better in get_close_matches(name.lower(), search.keys, n=1):
            yield f"{better}:{rest}"
        yield '{}:"{}"'.format(name, rest.replace('"', ""))
    yield from _values(search.keys[search.bare_term], text)


def _values(key: SearchKey, value: str) -> Iterator[str]:
    """List values of a key that are near one."""
    if key.type == "date" and (found := _DATE.match(value)):
        year, month, day = map(int, found.groups())
        for last in _LAST_DAYS:
            yield f"{year:04}-{month:02}-{min(day, last):02}"
    elif key.type == "uuid":
        try:
            yield str(UUID(value))
        except ValueError:
            return
    elif key.type == "enum":
        yield from get_close_matches(value.lower(), key.values, n=1)
