"""Rules of the `pattern` of `q`: it accepts exactly what the parser accepts, whatever engine runs it.

An ECMA-262 engine, with its `u` flag and without, gave the verdicts in `data/pattern_cases.json`, too.
"""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.handlers.search.parser import SearchLanguage
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
PATTERN = CONTRACT.search_pattern
LANGUAGE = SearchLanguage(CONTRACT.search)
RUST = jsonschema_rs.validator_for(CONTRACT.parameter("q")["schema"])
CASES = json.loads((Path(__file__).parents[2] / "data" / "pattern_cases.json").read_text(encoding="utf-8"))
VERDICTS = [(verdict, text) for verdict, texts in CASES.items() for text in texts]
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
    """Write words as they are, or in one or three pairs of quotes."""
    return st.builds("{1}{0}{1}".format, texts, st.sampled_from(["", '"', '"""']))


def in_any_case(text: str) -> st.SearchStrategy[str]:
    """Write a key in small letters, in capitals or with one capital."""
    return maybe_quoted(st.sampled_from([text, text.upper(), text.capitalize()]))


def pairs(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Write `key:value`."""
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


def is_well_formed(text: str) -> bool:
    """Ask the parser."""
    return not LANGUAGE.problems(text)


def matches(text: str) -> bool:
    """Ask the pattern."""
    return PATTERN.search(text) is not None


def change(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Cut characters out of a text and put others in."""
    for place, length, new in edits:
        start = place % (len(text) + 1)
        text = text[:start] + new + text[start + length :]
    return text


@pytest.mark.parametrize("judge", [is_well_formed, matches, RUST.is_valid], ids=["parser", "python", "rust"])
@pytest.mark.parametrize(("verdict", "text"), VERDICTS, ids=ascii)
def test_every_judge_gives_the_verdict(judge: Callable[[str], bool], verdict: str, text: str) -> None:
    """The parser and the pattern, in more than one engine, say of each case what is written there."""
    assert judge(text) == (verdict == "accepted")


@settings(max_examples=2000, deadline=None)
@given(wild)
def test_pattern_and_parser_agree_on_anything(text: str) -> None:
    """Of any string the pattern says the same as the parser."""
    assert matches(text) == is_well_formed(text)


@settings(max_examples=300, deadline=None)
@given(valid)
def test_both_accept_what_is_well_formed(text: str) -> None:
    """A search made by the rules passes the pattern and the parser."""
    assert matches(text)
    assert is_well_formed(text)


@settings(max_examples=1000, deadline=None)
@given(valid, changes)
def test_pattern_and_parser_agree_on_near_misses(text: str, edits: list[tuple[int, int, str]]) -> None:
    """Of a search made by the rules and then damaged the pattern says the same as the parser."""
    damaged = change(text, edits)

    assert matches(damaged) == is_well_formed(damaged)


@settings(max_examples=300, deadline=None)
@given(wild | st.builds(change, valid, changes))
def test_engines_agree(text: str) -> None:
    """The pattern says the same in the engine of another language."""
    assert RUST.is_valid(text) == matches(text)


def test_the_examples_of_the_contract_pass() -> None:
    """Every example the contract gives for `q` is well formed."""
    examples = [example["value"] for example in CONTRACT.parameter("q")["examples"].values()]

    assert examples
    assert all(map(matches, examples))
