"""The `pattern` of `q`: it accepts exactly what the parser accepts, in any regex engine.

The expectations in `data/pattern_cases.json` are also those of an ECMA-262 engine, with and without `u`.
"""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.handlers.search import SearchLanguage
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
PATTERN = CONTRACT.search_pattern
LANGUAGE = SearchLanguage(CONTRACT.search)
RUST = jsonschema_rs.validator_for(CONTRACT.parameter("q")["schema"])
CASES = json.loads((Path(__file__).parents[2] / "data" / "pattern_cases.json").read_text(encoding="utf-8"))
EXPECTATIONS = [(expected, text) for expected, texts in CASES.items() for text in texts]
KEYS = tuple(CONTRACT.search.keys)

UUIDS = ("cff22a7b-bb6f-43d8-83e1-eefe0a1f5197", "CFF22A7B-BB6F-43D8-83E1-EEFE0A1F5197")
NEAR_UUIDS = (UUIDS[0][:-1], UUIDS[0] + "0", UUIDS[0].replace("-", ""), UUIDS[0][:-1] + "g")
DATES = ("2022-08-15", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31")
NEAR_DATES = (
    "2022-02-29",
    "1900-02-29",
    "0000-01-01",
    "2022-13-01",
    "2022-04-31",
    "2022-8-15",
    "22022-08-15",
)
ODD = (
    "\0",
    "\n",
    "\t",
    "\r",
    "\x85",
    "\u2028",
    "\xa0",
    "\u017f",
    "\u212a",
    "\U0001f600",
    "\uff12022-08-15",
    "-",
    "1",
)
ALPHABET = (
    '"',
    '""',
    ":",
    " ",
    "x",
    *KEYS,
    *map(str.upper, KEYS),
    *UUIDS,
    *NEAR_UUIDS,
    *DATES,
    *NEAR_DATES,
    *ODD,
)

atoms = st.sampled_from('":') | st.sampled_from(' "') | st.sampled_from(ALPHABET)
wild = st.lists(atoms, max_size=10).map("".join)
dates = st.dates().map(lambda day: day.isoformat()) | st.sampled_from(DATES)
uuids = st.uuids().map(str) | st.sampled_from(UUIDS)
plain = st.text(st.characters(codec="utf-8", exclude_characters='\0 ":'), min_size=1)
quotable = st.text(st.characters(codec="utf-8", exclude_characters='\0"'), min_size=1)
words = plain | quotable.map('"{}"'.format)
names = plain.filter(lambda name: name.lower() not in KEYS)


def maybe_quoted(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw words without quotes or with one to three pairs of them."""
    return st.builds("{1}{0}{1}".format, texts, st.sampled_from(["", '"', '"""']))


def in_any_case(text: str) -> st.SearchStrategy[str]:
    """Draw a key in lower case, upper case or with one capital."""
    return maybe_quoted(st.sampled_from([text, text.upper(), text.capitalize()]))


def pairs(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw `key:value`."""
    return st.builds("{}:{}".format, keys, values)


VALUES = {"uuid": maybe_quoted(uuids), "date": maybe_quoted(dates), "text": words, "enum": words}
elements = st.one_of(
    words,
    pairs(maybe_quoted(names), words),
    *(pairs(in_any_case(key.name), VALUES[key.type]) for key in CONTRACT.search.keys.values()),
)
spaces = st.integers(1, 3).map(" ".__mul__)
valid = st.lists(st.tuples(elements, spaces), max_size=4).map(lambda parts: "".join(map("".join, parts)))
changes = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 2), st.just("") | atoms), min_size=1, max_size=3
)


def parser_accepts(text: str) -> bool:
    """Whether the parser accepts a search."""
    return not LANGUAGE.problems(text)


def pattern_accepts(text: str) -> bool:
    """Whether the pattern accepts a search."""
    return PATTERN.search(text) is not None


def damage(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Cut characters out of a text and insert others."""
    for place, length, new in edits:
        start = place % (len(text) + 1)
        text = text[:start] + new + text[start + length :]
    return text


@pytest.mark.parametrize(
    "accepts", [parser_accepts, pattern_accepts, RUST.is_valid], ids=["parser", "python", "rust"]
)
@pytest.mark.parametrize(("expected", "text"), EXPECTATIONS, ids=ascii)
def test_parser_and_engines_agree_on_cases(accepts: Callable[[str], bool], expected: str, text: str) -> None:
    """The parser and the pattern in several engines accept each case as expected."""
    assert accepts(text) == (expected == "accepted")


@settings(max_examples=2000, deadline=None)
@given(wild)
def test_pattern_and_parser_agree_on_any_text(text: str) -> None:
    """Pattern and parser agree on any text."""
    assert pattern_accepts(text) == parser_accepts(text)


@settings(max_examples=300, deadline=None)
@given(valid)
def test_valid_searches_are_accepted(text: str) -> None:
    """Pattern and parser accept any valid search."""
    assert pattern_accepts(text)
    assert parser_accepts(text)


@settings(max_examples=1000, deadline=None)
@given(valid, changes)
def test_pattern_and_parser_agree_on_damaged_searches(text: str, edits: list[tuple[int, int, str]]) -> None:
    """Pattern and parser agree on damaged valid searches."""
    damaged = damage(text, edits)

    assert pattern_accepts(damaged) == parser_accepts(damaged)


@settings(max_examples=300, deadline=None)
@given(wild | st.builds(damage, valid, changes))
def test_engines_agree(text: str) -> None:
    """The pattern gives the same result in another engine."""
    assert RUST.is_valid(text) == pattern_accepts(text)


def test_examples_of_the_contract_are_accepted() -> None:
    """Pattern and parser accept each example of `q`."""
    examples = [example["value"] for example in CONTRACT.parameter("q")["examples"].values()]

    assert examples
    assert all(map(pattern_accepts, examples))
