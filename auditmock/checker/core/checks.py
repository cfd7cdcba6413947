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
"""From answers alone, from answers together, from odd questions, from what is written."""

ANSWERS = "answers"
"""The aspect of the checks that look back at all answers, and ask for none."""


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
        """The name with the case; it stays the same from run to run."""
        return f"{self.name}[{self.case}]" if self.case else self.name

    def answers_to(self, word: str) -> bool:
        """Tell whether a word selects this check: a layer, an aspect, or a name."""
        bare = self.name.partition("/")[2]
        return word in {self.layer, self.aspect, self.name, bare, self.full_name}


class UnknownCheckError(Exception):
    """A word means no check: which, and what was meant perhaps."""


def check_of(item: pytest.Item) -> Check | None:
    """Read the check of a test, from its mark, name and docstring; None when it is no check."""
    mark = item.get_closest_marker("check")
    if mark is None:
        return None
    layer, aspect, place, *told = mark.args
    if item.get_closest_marker("writes"):
        layer = WRITES
    name, _, case = item.name.removeprefix("test_").partition("[")
    sentence = told[0] if told else inspect.getdoc(getattr(item, "obj", None)) or name
    return Check(layer, aspect, f"{aspect}/{name.replace('_', '-')}", case.removesuffix("]"), sentence, place)


def choose(checks: Iterable[Check], only: Sequence[str], skip: Sequence[str]) -> set[Check]:
    """Choose checks by words; raises UnknownLawError when a word means none."""
    known = list(checks)
    for word in (*only, *skip):
        if not any(check.answers_to(word) for check in known):
            raise UnknownCheckError(_unknown(word, known))
    return {
        check
        for check in known
        if (not only or any(check.answers_to(word) for word in only))
        and not any(check.answers_to(word) for word in skip)
    }


def _unknown(word: str, checks: Sequence[Check]) -> str:
    words = {check.name for check in checks} | {check.aspect for check in checks} | set(LAYERS)
    near = difflib.get_close_matches(word.lower().replace("_", "-"), sorted(words), 1)
    hint = (
        f'did you mean "{near[0]}"?'
        if near
        else f"aspects are {', '.join(sorted({check.aspect for check in checks}))}"
    )
    return f'"{one_line(word)}" is no check: {hint}'


class Capability(NamedTuple):
    """Something a contract may hold out: how to tell, and what to say where it does not."""

    holds: Callable[[Contract], bool]
    otherwise: str


def _searches(rule: str, *ways: str) -> Callable[[Contract], bool]:
    return lambda contract: contract.search.rules.get(rule, "") in ways


def _lists(status: str) -> Callable[[Contract], bool]:
    return lambda contract: status in contract.document["paths"]["/audit"]["get"]["responses"]


CAPABILITIES: Mapping[str, Capability] = {
    "cursor": Capability(lambda contract: "cursor" in contract.paging, "it has no cursor"),
    "order of ties": Capability(
        lambda contract: len(contract.paging["order"]) > 1, "it promises no order of logs of one instant"
    ),
    "default limit": Capability(lambda contract: contract.default_limit > 0, "it has no default limit"),
    "whole counts": Capability(
        lambda contract: "count_cap" not in contract.paging, "its counts stop at a cap"
    ),
    "exact counts": Capability(
        lambda contract: contract.paging["count"] == "exact", "it counts nothing where a page is empty"
    ),
    "whole days": Capability(
        lambda contract: any(key.match == "not_after" for key in contract.search.keys.values()),
        "its days end with their last whole second",
    ),
    "strict requests": Capability(lambda contract: not contract.server, "its servers are lenient there"),
    "lenient requests": Capability(lambda contract: bool(contract.server), "it is strict there"),
    "one media type": Capability(_lists("406"), "its servers do not look at what a client takes"),
    "the last value": Capability(_searches("duplicates", "last"), "it refuses a key given twice"),
    "one value": Capability(_searches("duplicates", "refused"), "of a key given twice the last one counts"),
    "lenient search": Capability(_searches("unknown", "ignored"), "its search is strict"),
    "strict search": Capability(_searches("unknown", "refused"), "its search is lenient"),
    "days in any order": Capability(
        _searches("date_order", "", "free"), "it refuses days the wrong way round"
    ),
    "me": Capability(
        lambda contract: any(key.me for key in contract.search.keys.values()), "its search knows no `me`"
    ),
    "reasons of builds": Capability(
        lambda contract: any(key.finds == "builds" for key in contract.search.keys.values()),
        "its search looks at what stands in the logs",
    ),
    "roles first": Capability(
        lambda contract: not contract.server or "gate" in contract.server["checks"],
        "it looks at roles after all else",
    ),
}
"""By name, as checks ask for them."""


def requires(*names: str) -> pytest.MarkDecorator:
    """Mark a check, or a case of one, that holds where these are promised."""
    if unknown := set(names) - CAPABILITIES.keys():
        raise ValueError(f"unknown capabilities: {unknown}")
    return pytest.mark.promised(*names)


def each(
    names: str, values: Callable[[Contract], Sequence[Any]], ids: Callable[[Any], str] | None = None
) -> pytest.MarkDecorator:
    """Mark a check that is judged once for each value of the contract it is judged by."""
    return pytest.mark.each(names, values, ids)


def find_missing_capability(contract: Contract, names: Sequence[str]) -> str:
    """Say why a check does not hold by a contract: the first promise it lacks; empty when it has all."""
    return next(
        (CAPABILITIES[name].otherwise for name in names if not CAPABILITIES[name].holds(contract)), ""
    )
