"""Facts: what a request of the journal says, read from it as the server does."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote_plus

from auditmock.errors import SIGNED_OUT, Refusal
from auditmock.handlers.goquery import read_query
from auditmock.handlers.hints import clip, suggest
from auditmock.handlers.journal import Entry
from auditmock.handlers.paths import Paths
from auditmock.handlers.tokens import Tokens, find_token
from auditmock.openapi import Contract, Operation

_SLASHES = re.compile("/{2,}")


class Visitor(NamedTuple):
    """Who called, as far as the token tells: where it was found, and what came of it (`verdict`)."""

    carrier: str
    verdict: str
    person: str = ""
    roles: tuple[str, ...] = ()
    world: str = ""


class Facts(NamedTuple):
    """A request: who, what for, and with which parameters (their values in order)."""

    visitor: Visitor
    method: str
    path: str
    operation: Operation | None
    values: Mapping[str, Sequence[str]]

    def value(self, name: str) -> str:
        """Give the first value of a parameter; empty when there is none."""
        return self.values[name][0] if name in self.values else ""


class FactFinder:
    """Reads the requests to one mock."""

    def __init__(self, contract: Contract, tokens: Tokens) -> None:
        self._carriers = contract.carriers
        self._tokens = tokens
        self._paths = Paths(contract)
        self._operations = {(each.method, each.path): each for each in contract.operations.values()}
        self._collapse = contract.server.get("repeated_slashes") == "collapsed"
        self._read_query = read_query if contract.server else _read_plainly

    def find(self, entry: Entry) -> Facts:
        """Read a request."""
        method, path = entry.scope["method"], entry.scope["path"]
        path = _SLASHES.sub("/", path) if self._collapse else path
        return Facts(
            self._visitor(entry),
            method,
            path,
            self._operations.get((method, path)),
            self._read_query(entry.scope["query_string"]),
        )

    def tell_route(self, facts: Facts) -> str:
        """Say which operation a request is for, or why for none."""
        path = clip(facts.path)
        if facts.operation:
            return f"{facts.method} {path} is {facts.operation.id}."
        if found := self._paths.find(facts.path):
            return f"{path} takes {', '.join(found.methods)}, not {facts.method}."
        return f"{path} is no path of the contract; {suggest(facts.path, self._paths.templates)}"

    def _visitor(self, entry: Entry) -> Visitor:
        headers, query = entry.scope["headers"], entry.scope["query_string"]
        found = ((each.label, find_token(each, headers, query)) for each in self._carriers)
        label, token = next(((label, token) for label, token in found if token), ("", b""))
        try:
            _, person, world = self._tokens.recognize(token)
        except Refusal as refusal:
            told = refusal.detail if refusal.message == SIGNED_OUT else refusal.message
            return Visitor(label, told)
        verdict = f"A good token of {person.username}."
        return Visitor(label, verdict, person.username, person.roles, world)


def _read_plainly(query: bytes) -> Mapping[str, Sequence[str]]:
    values: dict[str, list[str]] = {}
    for pair in filter(None, query.split(b"&")):
        name, _, value = pair.partition(b"=")
        values.setdefault(_decode(name), []).append(_decode(value))
    return values


def _decode(text: bytes) -> str:
    return unquote_plus(text.decode("latin-1"))
