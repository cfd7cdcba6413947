"""Verdicts on the terms of a search of a deployed server: its own parser tells them, a part at a time."""

from collections.abc import Iterator, Sequence

from auditmock.errors import Refusal
from auditmock.handlers.audit_query import AuditQuery, cut
from auditmock.handlers.hints import clip, repeated_key, unknown_key, unknown_value
from auditmock.handlers.terms import IGNORED, REFUSED, Reading, Term
from auditmock.models import Filter
from auditmock.openapi import Search

_NOTHING = Filter()


class Verdicts:
    """Tells term by term how a search is understood."""

    def __init__(self, search: Search, query: AuditQuery) -> None:
        self._search = search
        self._query = query
        self._joined = search.rules["bare_terms"] == "joined"

    def explain(self, text: str, username: str) -> Reading:
        """Read a search by the user of that name."""
        terms = [self._term(start, element) for start, element in cut(text, " ")]
        places_of: dict[str, list[int]] = {}
        for place, term in enumerate(terms):
            if term.effect != REFUSED:
                places_of.setdefault(term.key, []).append(place)
        for places in places_of.values():
            self._judge(terms, places, username)
        wanted = _NOTHING
        if all(term.effect != REFUSED for term in terms):
            try:
                wanted = self._query.parse(text, username)
            except Refusal as refusal:
                # each key is right by itself: it is the order of the two dates
                for place, term in enumerate(terms):
                    if self._type(term) == "date":
                        terms[place] = term.refused(_told(refusal))
        hints = [term.problem for term in terms if term.effect == IGNORED]
        return Reading(terms, wanted, tuple(dict.fromkeys(hints)))

    def _term(self, start: int, element: str) -> Term:
        try:
            *name, value = self._query.take_apart(element.lower())
        except Refusal as refusal:
            return Term(element, start, "", "").refused(_told(refusal))
        return Term(element, start, name[0] if name else self._search.bare_term, value)

    def _judge(self, terms: list[Term], places: Sequence[int], username: str) -> None:
        """Find out what the terms of one key do together."""
        try:
            wanted = self._query.parse(" ".join(terms[place].text for place in places), username)
        except Refusal as refusal:
            for place in places:
                terms[place] = terms[place].refused(_told(refusal))
            return
        counted = list(self._counted(terms, places))
        for place in places:
            if place not in counted and terms[place].key in self._search.keys:
                term = terms[places[-1]]
                terms[place] = terms[place].ignored(repeated_key(term.key, term.value))
            elif wanted == _NOTHING:
                terms[place] = terms[place].ignored(self._reason(terms[place]))

    def _counted(self, terms: Sequence[Term], places: Sequence[int]) -> Iterator[int]:
        """List those of the terms of one key that count: the last one, or the bare ones together."""
        bare = [place for place in places if self._joined and self._is_bare(terms[place])]
        yield from bare or places[-1:]

    def _is_bare(self, term: Term) -> bool:
        return term.key == self._search.bare_term and len(self._query.take_apart(term.text.lower())) == 1

    def _type(self, term: Term) -> str:
        key = self._search.keys.get(term.key)
        return key.type if key else ""

    def _reason(self, term: Term) -> str:
        """Say why a term that is taken filters nothing."""
        key = self._search.keys.get(term.key)
        if key is None:
            return unknown_key(term.key, tuple(self._search.keys))
        if key.type == "enum" and term.value:
            return unknown_value(term.value, key.name, key.values)
        return f'"{clip(term.text)}" filters nothing: "{clip(term.value)}" counts as no {key.type}'


def _told(refusal: Refusal) -> str:
    return refusal.validations[0].detail if refusal.validations else refusal.detail
