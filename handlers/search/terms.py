"""Terms: the elements of a search with their places, and what became of each."""

from collections.abc import Sequence
from typing import NamedTuple

from auditmock.core.models import Filter

FILTERS = "filters"
IGNORED = "ignored"
REJECTED = "rejected"


class Term(NamedTuple):
    """One element: where it stands in the search, and its effect; `problem` says why it does not filter."""

    text: str
    start: int
    key: str
    value: str
    effect: str = FILTERS
    problem: str = ""

    @property
    def end(self) -> int:
        """Where it ends: the place behind its last character."""
        return self.start + len(self.text)

    def ignored(self, reason: str) -> "Term":
        """Give it as one that filters nothing."""
        return self._replace(effect=IGNORED, problem=reason)

    def rejected(self, problem: str) -> "Term":
        """Give it as one that is refused."""
        return self._replace(effect=REJECTED, problem=problem)


class ParsedSearch(NamedTuple):
    """How a search is understood; it is valid when no term is refused, and then `filter` is what it asks."""

    terms: Sequence[Term]
    filter: Filter
    hints: Sequence[str]

    @property
    def valid(self) -> bool:
        """Whether the server takes it."""
        return all(term.effect != REJECTED for term in self.terms)
