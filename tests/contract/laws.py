"""The laws of the suite: each test is one, told by its name, its mark and its sentence."""

import difflib
import inspect
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest

from auditmock.contract.plain import plain

SCHEMA = "schema"
LAWS = "laws"
EDGES = "edges"
WRITES = "writes"
LAYERS = (SCHEMA, LAWS, EDGES, WRITES)
"""From answers alone, from answers together, from odd questions, from what is written."""

ANSWERS = "answers"
"""The aspect of the laws that look back at all answers, and ask for none."""


class Law(NamedTuple):
    """One law, or one case of it: `name` is `aspect/law`, `place` a JSON pointer into the contract."""

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
        """Tell whether a word means this law: a layer, an aspect, or a name, with aspect and case or not."""
        bare = self.name.partition("/")[2]
        return word in {self.layer, self.aspect, self.name, bare, self.full_name}


class UnknownLawError(Exception):
    """A word means no law: which, and what was meant perhaps."""


def law_of(item: pytest.Item) -> Law | None:
    """Read the law of a test, from its mark, name and docstring; None when it is no law."""
    mark = item.get_closest_marker("law")
    if mark is None:
        return None
    layer, aspect, place, *told = mark.args
    if item.get_closest_marker("writes"):
        layer = WRITES
    name, _, case = item.name.removeprefix("test_").partition("[")
    sentence = told[0] if told else inspect.getdoc(getattr(item, "obj", None)) or name
    return Law(layer, aspect, f"{aspect}/{name.replace('_', '-')}", case.removesuffix("]"), sentence, place)


def choose(laws: Iterable[Law], only: Sequence[str], skip: Sequence[str]) -> set[Law]:
    """Choose laws by words; raises UnknownLawError when a word means none."""
    known = list(laws)
    for word in (*only, *skip):
        if not any(law.answers_to(word) for law in known):
            raise UnknownLawError(_unknown(word, known))
    return {
        law
        for law in known
        if (not only or any(law.answers_to(word) for word in only))
        and not any(law.answers_to(word) for word in skip)
    }


def _unknown(word: str, laws: Sequence[Law]) -> str:
    words = {law.name for law in laws} | {law.aspect for law in laws} | set(LAYERS)
    near = difflib.get_close_matches(word.lower().replace("_", "-"), sorted(words), 1)
    hint = (
        f'did you mean "{near[0]}"?'
        if near
        else f"aspects are {', '.join(sorted({law.aspect for law in laws}))}"
    )
    return f'"{plain(word)}" is no law: {hint}'
