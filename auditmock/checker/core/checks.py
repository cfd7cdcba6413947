"""The checks of the suite, and the capabilities of a release that some of them require."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from auditmock.checker.core.redaction import one_line
from auditmock.openapi.contract import Contract

SCHEMA = "schema"
PROPERTIES = "properties"
EDGES = "edges"
WRITES = "writes"
LAYERS = (SCHEMA, PROPERTIES, EDGES, WRITES)
"""Single responses, several responses together, unusual requests, written logs."""

RESPONSES = "responses"
"""The aspect of checks that look back at all responses and send nothing."""


class Check(NamedTuple):
    """One check, or one case of it: `name` is `aspect/check`, `place` a JSON pointer into the contract."""

    layer: str
    aspect: str
    name: str
    case: str
    sentence: str
    place: str

    @property
    def full_name(self) -> str:
        return f"{self.name}[{self.case}]" if self.case else self.name

    def is_selected_by(self, word: str) -> bool:
        bare = self.name.partition("/")[2]
        return word in {self.layer, self.aspect, self.name, bare, self.full_name}


class UnknownCheckError(Exception):
    """A word selects no check; the message names it and suggests another."""


def check_of(item: pytest.Item) -> Check | None:
    """Return the check of a test item, from its mark, name and docstring; None for other tests."""
    mark = item.get_closest_marker("check")
    if mark is None:
        return None
    layer, aspect, place, *override = mark.args
    if item.get_closest_marker("writes"):
        layer = WRITES
    name, _, case = item.name.removeprefix("test_").partition("[")
    sentence = override[0] if override else inspect.getdoc(getattr(item, "obj", None)) or name
    return Check(layer, aspect, f"{aspect}/{name.replace('_', '-')}", case.removesuffix("]"), sentence, place)


def choose(checks: Iterable[Check], only: Sequence[str], skip: Sequence[str]) -> set[Check]:
    """Select checks by layer, aspect or name; raises UnknownCheckError."""
    known = list(checks)
    for word in (*only, *skip):
        if not any(check.is_selected_by(word) for check in known):
            raise UnknownCheckError(_unknown(word, known))
    return {
        check
        for check in known
        if (not only or any(check.is_selected_by(word) for word in only))
        and not any(check.is_selected_by(word) for word in skip)
    }


def _unknown(word: str, checks: Sequence[Check]) -> str:
    words = {check.name for check in checks} | {check.aspect for check in checks} | set(LAYERS)
    near = difflib.get_close_matches(word.lower().replace("_", "-"), sorted(words), 1)
    hint = (
        f'did you mean "{near[0]}"?'
        if near
        else f"aspects: {', '.join(sorted({check.aspect for check in checks}))}"
    )
    return f'unknown check "{one_line(word)}"; {hint}'


class Capability(NamedTuple):
    """A property of a release that some checks require; `otherwise` says why they are skipped."""

    holds: Callable[[Contract], bool]
    otherwise: str


def _searches(rule: str, *ways: str) -> Callable[[Contract], bool]:
    return lambda contract: contract.search.rules.get(rule, "") in ways


def _lists(status: str) -> Callable[[Contract], bool]:
    return lambda contract: status in contract.document["paths"]["/audit"]["get"]["responses"]


CAPABILITIES: Mapping[str, Capability] = {
    "cursor": Capability(lambda contract: "cursor" in contract.paging, "this release has no cursor"),
    "tie order": Capability(
        lambda contract: len(contract.paging["order"]) > 1, "this release does not order logs of one instant"
    ),
    "default limit": Capability(
        lambda contract: contract.default_limit > 0, "this release has no default limit"
    ),
    "uncapped counts": Capability(
        lambda contract: "count_cap" not in contract.paging, "this release caps counts"
    ),
    "exact counts": Capability(
        lambda contract: contract.paging["count"] == "exact", "this release counts 0 for an empty page"
    ),
    "whole days": Capability(
        lambda contract: any(key.match == "not_after" for key in contract.search.keys.values()),
        "this release ends days at their last whole second",
    ),
    "strict requests": Capability(lambda contract: not contract.server, "this release is lenient here"),
    "lenient requests": Capability(lambda contract: bool(contract.server), "this release is strict here"),
    "content negotiation": Capability(_lists("406"), "this release ignores the Accept header"),
    "last value wins": Capability(_searches("duplicates", "last"), "this release rejects repeated keys"),
    "unique keys": Capability(_searches("duplicates", "rejected"), "this release accepts repeated keys"),
    "lenient search": Capability(_searches("unknown", "ignored"), "this release's search is strict"),
    "strict search": Capability(_searches("unknown", "rejected"), "this release's search is lenient"),
    "reversed dates": Capability(_searches("date_order", "", "free"), "this release rejects reversed dates"),
    "me": Capability(
        lambda contract: any(key.me for key in contract.search.keys.values()),
        "this release's search has no `me`",
    ),
    "build reasons": Capability(
        lambda contract: any(key.finds == "builds" for key in contract.search.keys.values()),
        "this release searches the stored logs for build reasons",
    ),
    "early role check": Capability(
        lambda contract: not contract.server or "gate" in contract.server["checks"],
        "this release checks roles last",
    ),
}
"""By name, as used in `requires`."""


def requires(*names: str) -> pytest.MarkDecorator:
    """Mark a check, or one of its cases, that only applies to releases with these capabilities."""
    if unknown := set(names) - CAPABILITIES.keys():
        raise ValueError(f"unknown capabilities: {unknown}")
    return pytest.mark.requires(*names)


def each(
    names: str, values: Callable[[Contract], Sequence[Any]], ids: Callable[[Any], str] | None = None
) -> pytest.MarkDecorator:
    """Mark a check that runs once for each of these values of the contract."""
    return pytest.mark.each(names, values, ids)


def find_missing_capability(contract: Contract, names: Sequence[str]) -> str:
    """Say why a check does not apply to a contract; empty if no capability is missing."""
    return next(
        (CAPABILITIES[name].otherwise for name in names if not CAPABILITIES[name].holds(contract)), ""
    )
