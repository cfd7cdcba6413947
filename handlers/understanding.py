"""Understanding: how a search reads, in words for people."""

from collections.abc import Callable, Sequence
from typing import Any

from auditmock.handlers.audit_query import AuditQuery
from auditmock.handlers.cures import cure
from auditmock.handlers.search import SearchLanguage
from auditmock.handlers.terms import REFUSED, Reading
from auditmock.handlers.verdicts import Verdicts
from auditmock.instants import format_instant
from auditmock.models import Filter, Validation
from auditmock.openapi import Contract

ReadSearch = Callable[[str, str], Reading]
"""Reads a search by the user of a name."""


def reader_of(contract: Contract, organization: Callable[[str], str | None]) -> ReadSearch:
    """Give what reads the searches of an edition, as its server does."""
    if contract.server:
        return Verdicts(contract.search, AuditQuery(contract.search, organization)).explain
    return SearchLanguage(contract.search).explain


class Understanding:
    """Explains searches in the language of one contract."""

    def __init__(self, contract: Contract, read: ReadSearch) -> None:
        self._search = contract.search
        self._fields = {key.lookup: key.field for key in contract.search.keys.values()}
        self._read = read

    def tell(self, text: str, username: str) -> dict[str, Any]:
        """Write how a search is understood (schema `Search`)."""
        reading = self._read(text, username)
        return {
            "q": text,
            "valid": reading.valid,
            "terms": [{**term._asdict(), "end": term.end} for term in reading.terms],
            "filter": self._words(reading.filter) if reading.valid else "",
            "hints": list(reading.hints),
            "cure": cure(self._search, reading, lambda other: self._read(other, username).valid),
        }

    def filter(self, text: str, username: str) -> tuple[Filter, Sequence[Validation]]:
        """Understand a search: its filter, or a problem for each term that is wrong."""
        reading = self._read(text, username)
        return reading.filter, [
            Validation("q", term.problem) for term in reading.terms if term.effect == REFUSED
        ]

    def _words(self, wanted: Filter) -> str:
        parts = [f"{self._fields.get(name, name)} = {value}" for name, value in wanted.equal]
        parts += [f"time >= {format_instant(wanted.since)}"] if wanted.since is not None else []
        parts += [f"time <= {format_instant(wanted.until)}"] if wanted.until is not None else []
        return " and ".join(parts) or "every log"
