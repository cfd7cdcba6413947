"""Refusals told: why a request was refused, by which rule, and what would have been taken."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from auditmock.handlers.facts import Facts
from auditmock.handlers.journal import Entry
from auditmock.handlers.pointers import Pointers
from auditmock.openapi import Contract

_CURABLE = (400, 404, 500)
"""Statuses that another address may turn into a success."""

_NEAR = 0.8
"""How much of a path must be that of one there is, to be meant for it."""


class Refusals:
    """Tells of the refusals of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._pointers = Pointers(contract)
        self._operations = {(each.method, each.path): each for each in contract.operations.values()}
        self._paths = tuple({each.path for each in contract.operations.values()})

    def tell(self, entry: Entry, facts: Facts, search: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write why a request was refused; `search` is how its search is understood."""
        refusal = _read_answer(entry)
        fields = [problem["field"] for problem in refusal.get("validations", ())]
        refusal["rule"] = self._pointers.find(
            facts.path, facts.operation, entry.status, fields, refusal["message"]
        )
        if entry.status in _CURABLE and (target := self._cure(facts, search, fields)):
            refusal["cure"] = target
        return refusal

    def _cure(self, facts: Facts, search: Mapping[str, Any], fields: list[str]) -> str:
        """Write the nearest target that is valid; empty when none is near."""
        if facts.operation is None:
            near = get_close_matches(facts.path, self._paths, n=1, cutoff=_NEAR)
            operation = self._operations.get((facts.method, near[0])) if near else None
            if operation is None:
                return ""
            facts = facts._replace(path=operation.path, operation=operation)
        query = "&".join(self._parameters(facts, search, fields))
        return quote(facts.path) + (f"?{query}" if query else "")

    def _parameters(self, facts: Facts, search: Mapping[str, Any], fields: list[str]) -> Iterator[str]:
        """Keep what is right of a query; the search is always sent, where there is one."""
        for parameter in facts.operation.parameters if facts.operation else ():
            name = parameter["name"]
            if name == "q":
                text = search["q"] if search["valid"] else search["cure"]
                yield f"q={quote_plus(text, ':')}"
            elif facts.value(name) and name not in fields and self._is_sound(facts, name):
                yield f"{name}={quote_plus(facts.value(name), ':')}"

    def _is_sound(self, facts: Facts, name: str) -> bool:
        """Whether a value is none the database refuses without naming the parameter."""
        return not (self._contract.server and facts.value(name).startswith("-"))


def _read_answer(entry: Entry) -> dict[str, Any]:
    """Read the envelope, or what a deployed server sends in its place."""
    try:
        answer = orjson.loads(entry.answer)
    except orjson.JSONDecodeError:
        answer = {}
    if isinstance(answer, dict) and "message" in answer:
        return answer
    text = entry.answer.decode(errors="replace").strip()
    return {"message": text or HTTPStatus(entry.status).phrase}
