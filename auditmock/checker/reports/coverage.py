"""Contract coverage of a run: parameters, token locations, statuses and enum values."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from auditmock.checker.core.exchange import Exchange, Query, Request
from auditmock.checker.core.results import Results
from auditmock.core.constants import ME
from auditmock.openapi.contract import Contract, Operation

OTHER_PATHS = "other paths and methods"

_ELEMENT = re.compile(r'(?:[^ "]|"[^"]*"?)+')
_PART = re.compile(r':|(?:[^":]|"[^"]*"?)+')


class Word(NamedTuple):
    """One item and how many requests covered it; not `listed` if the contract lacks it."""

    name: str
    times: int
    listed: bool = True


class Group(NamedTuple):
    title: str
    words: tuple[Word, ...]

    @property
    def exercised(self) -> int:
        return sum(word.listed and word.times > 0 for word in self.words)

    @property
    def listed(self) -> int:
        return sum(word.listed for word in self.words)


class Use(NamedTuple):
    """The coverage of one operation, and the durations of its responses."""

    name: str
    groups: tuple[Group, ...]
    seconds: tuple[float, ...]


def measure_coverage(results: Results, contract: Contract) -> tuple[Use, ...]:
    """Return the coverage of each operation, and of other paths and methods."""
    exchanges = [*results.preflight, *(each for result in results.found for each in result.exchanges)]
    uses = [_use(operation, exchanges, contract) for operation in contract.operations.values()]
    return (*uses, _elsewhere(exchanges, contract))


def terms(q: str) -> Iterator[tuple[str, str]]:
    """List the keys and values of a search in lower case; a bare term has an empty key."""
    for element in _ELEMENT.findall(q.lower()):
        match [part.replace('"', "") for part in _PART.findall(element)]:
            case [key, ":", value]:
                yield key, value
            case [term]:
                yield "", term


def _use(operation: Operation, exchanges: Sequence[Exchange], contract: Contract) -> Use:
    at_path = [exchange for exchange in exchanges if _path(exchange.request) == operation.path]
    own = [exchange for exchange in at_path if exchange.request.method == operation.method]
    requests = [exchange.request for exchange in own]
    token_locations = (token_location.label for token_location in contract.token_locations)
    statuses = _specification(operation, contract)["responses"]
    groups = [
        _parameters(operation, requests),
        *_search(operation, requests, contract),
        *_body(operation, requests, contract),
        _group("token location", token_locations, (request.token for request in requests)),
        _group("statuses", statuses, _statuses(at_path), strays=True),
    ]
    return Use(
        f"{operation.method} {operation.path}",
        tuple(group for group in groups if group.words),
        tuple(exchange.seconds for exchange in own),
    )


def _elsewhere(exchanges: Sequence[Exchange], contract: Contract) -> Use:
    known = {(operation.method, operation.path) for operation in contract.operations.values()}
    other = [each for each in exchanges if (each.request.method, _path(each.request)) not in known]
    seen = _group("statuses", sorted(set(_statuses(other))), _statuses(other))
    return Use(OTHER_PATHS, (seen,) if other else (), tuple(exchange.seconds for exchange in other))


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _query(request: Request) -> Query:
    """List all query parameters, including those in the path."""
    return [*parse_qsl(request.path.partition("?")[2], keep_blank_values=True), *request.query]


def _group(title: str, listed: Iterable[str], seen: Iterable[str | None], *, strays: bool = False) -> Group:
    """Count the listed items and, if `strays`, append others that were seen."""
    times = Counter(name for name in seen if name is not None)
    words = [Word(name, times.pop(name, 0)) for name in listed]
    if strays:
        words += [Word(name, number, listed=False) for name, number in sorted(times.items())]
    return Group(title, tuple(words))


def _statuses(exchanges: Iterable[Exchange]) -> list[str]:
    return [str(exchange.status) for exchange in exchanges]


def _parameters(operation: Operation, requests: Iterable[Request]) -> Group:
    listed = (parameter["name"] for parameter in operation.parameters if parameter["in"] == "query")
    return _group("parameters", listed, (name for request in requests for name in dict(_query(request))))


def _search(operation: Operation, requests: Sequence[Request], contract: Contract) -> Iterator[Group]:
    """Count search keys and values, if the operation has a search."""
    if not any("x-search" in parameter for parameter in operation.parameters):
        return
    search = contract.search
    searches = [" ".join(value for name, value in _query(each) if name == "q") for each in requests]
    sent = [{(key or search.bare_term, value) for key, value in terms(q)} for q in searches]
    yield _group("search keys", search.keys, (key for pairs in sent for key in {key for key, _ in pairs}))
    for key in search.keys.values():
        values = key.values or ((ME,) if key.me else ())
        seen = (value for pairs in sent for name, value in pairs if name == key.name)
        yield _group(f"search by {key.name}", values, seen)


def _body(operation: Operation, requests: Iterable[Request], contract: Contract) -> Iterator[Group]:
    """Count body fields and values, if the operation takes a body."""
    if not operation.takes_body:
        return
    content = _specification(operation, contract)["requestBody"]["content"]
    fields = contract.merged(next(iter(content.values()))["schema"])["properties"]
    bodies = [_fields(request) for request in requests]
    yield _group("body fields", fields, (name for body in bodies for name in body))
    for name, schema in fields.items():
        seen = (str(body[name]) for body in bodies if name in body)
        yield _group(f"body field {name}", contract.merged(schema).get("enum", ()), seen)


def _fields(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _specification(operation: Operation, contract: Contract) -> Mapping[str, Any]:
    path = operation.path.removeprefix(contract.base_path)
    specification: Mapping[str, Any] = contract.document["paths"][path][operation.method.lower()]
    return specification
