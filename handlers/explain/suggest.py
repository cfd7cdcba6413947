"""Suggestions: the nearest valid search, found by trial."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from uuid import UUID

from auditmock.handlers.search.terms import REJECTED, ParsedSearch, Term
from auditmock.openapi.contract import Search, SearchKey

_MAX_TERMS = 20
"""Number of rejected terms that are repaired; further ones are dropped."""

_DATE = re.compile(r"\D*([0-9]{4})\D?([0-9]{1,2})\D?([0-9]{1,2})")
_LAST_DAYS = (31, 30, 29, 28)


def suggest_query(search: Search, parsed: ParsedSearch, is_valid: Callable[[str], bool]) -> str:
    """Find the nearest valid search: rejected terms are repaired or dropped. Empty if it is valid."""
    if parsed.valid:
        return ""
    parts = [None if term.effect == REJECTED else term.text for term in parsed.terms]
    rejected = [place for place, part in enumerate(parts) if part is None]
    for place in rejected[:_MAX_TERMS]:
        for repaired in _candidates(search, parsed.terms[place]):
            if is_valid(_join([*parts[:place], repaired, *parts[place + 1 :]])):
                parts[place] = repaired
                break
    return _join(parts)


def _join(parts: Sequence[str | None]) -> str:
    return " ".join(part for part in parts if part)


def _candidates(search: Search, term: Term) -> Iterator[str]:
    """List replacements of a term, the most likely first."""
    text = term.text.replace("\0", "")
    yield text
    yield text.lstrip(":")
    name, _, rest = text.partition(":")
    key = search.keys.get(name.strip('"').lower())
    if key:
        value = rest.replace('"', "").strip()
        for similar in _similar_values(key, value):
            yield f"{name}:{similar}"
        yield f'{name}:"{value}"'
        return
    if rest:
        for similar in get_close_matches(name.lower(), search.keys, n=1):
            yield f"{similar}:{rest}"
        yield '{}:"{}"'.format(name, rest.replace('"', ""))
    yield from _similar_values(search.keys[search.bare_term], text)


def _similar_values(key: SearchKey, value: str) -> Iterator[str]:
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
