"""Understanding: how a search reads, in words for people."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from auditmock.core.errors import ApiError
from auditmock.core.models import Filter, Validation
from auditmock.core.timestamps import format_timestamp
from auditmock.handlers.coder.search import CoderSearch, split_with_positions
from auditmock.handlers.explain.suggest import suggest_query
from auditmock.handlers.messages.hints import clip, repeated_key, unknown_key, unknown_value
from auditmock.handlers.search.parser import SearchLanguage
from auditmock.handlers.search.terms import IGNORED, REJECTED, ParsedSearch, Term
from auditmock.openapi.contract import Contract, Search

_NOTHING = Filter()


class DeployedSearchExplainer:
    """Tells term by term how a search is understood."""

    def __init__(self, search: Search, query: CoderSearch) -> None:
        self._search = search
        self._query = query
        self._joined = search.rules["bare_terms"] == "joined"

    def explain(self, text: str, username: str) -> ParsedSearch:
        """Read a search by the user of that name."""
        terms = [self._term(start, element) for start, element in split_with_positions(text, " ")]
        places_of: dict[str, list[int]] = {}
        for place, term in enumerate(terms):
            if term.effect != REJECTED:
                places_of.setdefault(term.key, []).append(place)
        for places in places_of.values():
            self._evaluate_key(terms, places, username)
        wanted = _NOTHING
        if all(term.effect != REJECTED for term in terms):
            try:
                wanted = self._query.parse(text, username)
            except ApiError as error:
                # each key is right by itself: it is the order of the two dates
                for place, term in enumerate(terms):
                    if self._type(term) == "date":
                        terms[place] = term.refused(_problem_of(error))
        hints = [term.problem for term in terms if term.effect == IGNORED]
        return ParsedSearch(terms, wanted, tuple(dict.fromkeys(hints)))

    def _term(self, start: int, element: str) -> Term:
        try:
            *name, value = self._query.split_element(element.lower())
        except ApiError as error:
            return Term(element, start, "", "").refused(_problem_of(error))
        return Term(element, start, name[0] if name else self._search.bare_term, value)

    def _evaluate_key(self, terms: list[Term], places: Sequence[int], username: str) -> None:
        """Find out what the terms of one key do together."""
        try:
            wanted = self._query.parse(" ".join(terms[place].text for place in places), username)
        except ApiError as error:
            for place in places:
                terms[place] = terms[place].refused(_problem_of(error))
            return
        effective = list(self._effective(terms, places))
        for place in places:
            if place not in effective and terms[place].key in self._search.keys:
                term = terms[places[-1]]
                terms[place] = terms[place].ignored(repeated_key(term.key, term.value))
            elif wanted == _NOTHING:
                terms[place] = terms[place].ignored(self._reason_ignored(terms[place]))

    def _effective(self, terms: Sequence[Term], places: Sequence[int]) -> Iterator[int]:
        """List those of the terms of one key that count: the last one, or the bare ones together."""
        bare = [place for place in places if self._joined and self._is_bare(terms[place])]
        yield from bare or places[-1:]

    def _is_bare(self, term: Term) -> bool:
        return term.key == self._search.bare_term and len(self._query.split_element(term.text.lower())) == 1

    def _type(self, term: Term) -> str:
        key = self._search.keys.get(term.key)
        return key.type if key else ""

    def _reason_ignored(self, term: Term) -> str:
        """Say why a term that is taken filters nothing."""
        key = self._search.keys.get(term.key)
        if key is None:
            return unknown_key(term.key, tuple(self._search.keys))
        if key.type == "enum" and term.value:
            return unknown_value(term.value, key.name, key.values)
        return f'"{clip(term.text)}" is ignored: this release treats "{clip(term.value)}" as absent.'


def _problem_of(error: ApiError) -> str:
    return error.validations[0].detail if error.validations else error.detail


SearchParser = Callable[[str, str], ParsedSearch]
"""Reads a search by the user of a name."""


def make_search_parser(contract: Contract, organization: Callable[[str], str | None]) -> SearchParser:
    """Give what reads the searches of a release, as its server does."""
    if contract.server:
        return DeployedSearchExplainer(contract.search, CoderSearch(contract.search, organization)).explain
    return SearchLanguage(contract.search).explain


class SearchExplainer:
    """Explains searches in the language of one contract."""

    def __init__(self, contract: Contract, read: SearchParser) -> None:
        self._search = contract.search
        self._fields = {key.lookup: key.field for key in contract.search.keys.values()}
        self._read = read

    def explain(self, text: str, username: str) -> dict[str, Any]:
        """Write how a search is understood (schema `Search`)."""
        parsed = self._read(text, username)
        return {
            "q": text,
            "valid": parsed.valid,
            "terms": [{**term._asdict(), "end": term.end} for term in parsed.terms],
            "filter": self._describe_filter(parsed.filter) if parsed.valid else "",
            "hints": list(parsed.hints),
            "suggestion": suggest_query(
                self._search, parsed, lambda other: self._read(other, username).valid
            ),
        }

    def filter(self, text: str, username: str) -> tuple[Filter, Sequence[Validation]]:
        """Understand a search: its filter, or a problem for each term that is wrong."""
        parsed = self._read(text, username)
        return parsed.filter, [
            Validation("q", term.problem) for term in parsed.terms if term.effect == REJECTED
        ]

    def _describe_filter(self, wanted: Filter) -> str:
        parts = [f"{self._fields.get(name, name)} = {value}" for name, value in wanted.equal]
        parts += [f"time >= {format_timestamp(wanted.since)}"] if wanted.since is not None else []
        parts += [f"time <= {format_timestamp(wanted.until)}"] if wanted.until is not None else []
        return " and ".join(parts) or "all logs"
