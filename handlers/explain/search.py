"""Explanations of searches, term by term, for all releases, and the nearest valid search, found by trial."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple
from uuid import UUID

from auditmock.core.errors import ApiError
from auditmock.core.models import Filter, Validation
from auditmock.core.timestamps import format_timestamp
from auditmock.handlers.coder.search import CoderSearch, split_with_positions
from auditmock.handlers.messages.hints import clip, repeated_key, unknown_key, unknown_value
from auditmock.handlers.search import Query, SearchLanguage
from auditmock.openapi.contract import Contract, Search, SearchKey

_NOTHING = Filter()
FILTERS = "filters"
IGNORED = "ignored"
REJECTED = "rejected"
_MAX_TERMS = 20
"""Number of rejected terms that are repaired; further ones are dropped."""

_DATE = re.compile(r"\D*([0-9]{4})\D?([0-9]{1,2})\D?([0-9]{1,2})")
_LAST_DAYS = (31, 30, 29, 28)


class Term(NamedTuple):
    """An element with its position in the search and its effect; `problem` says why it does not filter."""

    text: str
    start: int
    key: str
    value: str
    effect: str = FILTERS
    problem: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def ignored(self, reason: str) -> "Term":
        return self._replace(effect=IGNORED, problem=reason)

    def rejected(self, problem: str) -> "Term":
        return self._replace(effect=REJECTED, problem=problem)


class ParsedSearch(NamedTuple):
    """An explained search; `filter` is meaningful if it is valid."""

    terms: Sequence[Term]
    filter: Filter
    hints: Sequence[str]

    @property
    def valid(self) -> bool:
        return all(term.effect != REJECTED for term in self.terms)


class SearchRules(NamedTuple):
    """How a release reads searches; both functions raise ApiError (400, 500)."""

    parse: Callable[[str, str], Query]
    """Parses the search of the user with a name."""
    split_element: Callable[[str], list[str]]
    """Splits an element into its key, if it has one, and its value."""
    checks_overridden: bool
    """Whether a value is checked although a later one of the same key overrides it."""


class TermParser:
    """Explains a search term by term, by parsing parts of it."""

    def __init__(self, search: Search, rules: SearchRules) -> None:
        self._search = search
        self._rules = rules
        self._joined = search.rules.get("bare_terms") == "joined"

    def parse(self, text: str, username: str) -> ParsedSearch:
        terms = [self._term(start, element) for start, element in split_with_positions(text, " ")]
        if self._rules.checks_overridden:
            for index, term in enumerate(terms):
                if term.effect != REJECTED:
                    self._evaluate_key(terms, [index], username)
        for indices in _indices_by_key(terms).values():
            self._evaluate_key(terms, indices, username)
        query = Query(_NOTHING, ())
        if all(term.effect != REJECTED for term in terms):
            try:
                query = self._rules.parse(text, username)
            except ApiError as error:
                # each key is valid on its own, so the order of the two dates is wrong
                dates = {key.name for key in self._search.keys.values() if key.type == "date"}
                problem = _problem_of(error)
                terms = [term.rejected(problem) if term.key in dates else term for term in terms]
        hints = query.hints or tuple(dict.fromkeys(term.problem for term in terms if term.effect == IGNORED))
        return ParsedSearch(terms, query.filter, hints)

    def _term(self, start: int, element: str) -> Term:
        try:
            *name, value = self._rules.split_element(element)
        except ApiError as error:
            return Term(element, start, "", "").rejected(_problem_of(error))
        return Term(element, start, name[0] if name else self._search.bare_term, value)

    def _evaluate_key(self, terms: list[Term], indices: Sequence[int], username: str) -> None:
        try:
            wanted = self._rules.parse(" ".join(terms[index].text for index in indices), username).filter
        except ApiError as error:
            for index in indices:
                terms[index] = terms[index].rejected(_problem_of(error))
            return
        effective = list(self._effective(terms, indices))
        for index in indices:
            if index not in effective and terms[index].key in self._search.keys:
                term = terms[indices[-1]]
                terms[index] = terms[index].ignored(repeated_key(term.key, term.value))
            elif wanted == _NOTHING:
                terms[index] = terms[index].ignored(self._reason_ignored(terms[index]))

    def _effective(self, terms: Sequence[Term], indices: Sequence[int]) -> Iterator[int]:
        """List the terms of one key that take effect: the last one, or all bare ones."""
        bare = [index for index in indices if self._joined and self._is_bare(terms[index])]
        yield from bare or indices[-1:]

    def _is_bare(self, term: Term) -> bool:
        return term.key == self._search.bare_term and len(self._rules.split_element(term.text)) == 1

    def _reason_ignored(self, term: Term) -> str:
        key = self._search.keys.get(term.key)
        if key is None:
            return unknown_key(term.key, tuple(self._search.keys))
        if key.type == "enum" and term.value:
            return unknown_value(term.value, key.name, key.values)
        return f'"{clip(term.text)}" is ignored: this release treats "{clip(term.value)}" as absent.'


def _problem_of(error: ApiError) -> str:
    return error.validations[0].detail if error.validations else error.detail


def _indices_by_key(terms: Sequence[Term]) -> Mapping[str, list[int]]:
    indices: dict[str, list[int]] = {}
    for index, term in enumerate(terms):
        if term.effect != REJECTED:
            indices.setdefault(term.key, []).append(index)
    return indices


ParseSearch = Callable[[str, str], ParsedSearch]
"""Parses the search of the user with a name."""


def make_search_parser(contract: Contract, organization: Callable[[str], str | None]) -> ParseSearch:
    """Make the parser of a release; `organization` finds the ID of an organization by its name."""
    if contract.server:
        search = CoderSearch(contract.search, organization)
        rules = SearchRules(
            lambda text, username: Query(search.parse(text, username), ()),
            lambda element: search.split_element(element.lower()),
            checks_overridden=False,
        )
    else:
        language = SearchLanguage(contract.search)
        rules = SearchRules(language.parse, language.split_element, checks_overridden=True)
    return TermParser(contract.search, rules).parse


class SearchExplainer:
    def __init__(self, contract: Contract, parse: ParseSearch) -> None:
        self._search = contract.search
        self._fields = {key.lookup: key.field for key in contract.search.keys.values()}
        self._parse = parse

    def explain(self, text: str, username: str) -> dict[str, Any]:
        """Explain a search (schema `Search`)."""
        parsed = self._parse(text, username)
        return {
            "q": text,
            "valid": parsed.valid,
            "terms": [{**term._asdict(), "end": term.end} for term in parsed.terms],
            "filter": self._describe_filter(parsed.filter) if parsed.valid else "",
            "hints": list(parsed.hints),
            "suggestion": suggest_query(
                self._search, parsed, lambda other: self._parse(other, username).valid
            ),
        }

    def filter(self, text: str, username: str) -> tuple[Filter, Sequence[Validation]]:
        """Parse a search: its filter, or a problem for each rejected term."""
        parsed = self._parse(text, username)
        return parsed.filter, [
            Validation("q", term.problem) for term in parsed.terms if term.effect == REJECTED
        ]

    def _describe_filter(self, wanted: Filter) -> str:
        parts = [f"{self._fields.get(name, name)} = {value}" for name, value in wanted.equal]
        parts += [f"time >= {format_timestamp(wanted.since)}"] if wanted.since is not None else []
        parts += [f"time <= {format_timestamp(wanted.until)}"] if wanted.until is not None else []
        return " and ".join(parts) or "all logs"


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
