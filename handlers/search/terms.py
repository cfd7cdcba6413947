"""The terms of an explained search."""

from collections.abc import Sequence
from typing import NamedTuple

from auditmock.core.models import Filter

FILTERS = "filters"
IGNORED = "ignored"
REJECTED = "rejected"


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
        """Position after its last character."""
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
