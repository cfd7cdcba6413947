"""Search language of `q`: filters, hints and errors."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.errors import BAD_SEARCH, ApiError
from auditmock.core.models import Filter
from auditmock.core.timestamps import DAY, format_timestamp, parse_day
from auditmock.handlers.search import SearchLanguage
from auditmock.openapi.contract import load_contract

SEARCH = load_contract().search
LANGUAGE = SearchLanguage(SEARCH)
CALLER = "carol"
CASES = json.loads((Path(__file__).parents[2] / "data" / "search_cases.json").read_text(encoding="utf-8"))
UUID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
EXAMPLES = {"enum": "", "uuid": UUID, "text": "word", "date": "2022-08-15"}
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters='\0": '), min_size=1)
QUOTABLE = st.text(st.characters(codec="utf-8", exclude_characters='\0"'), min_size=1)
INVALID_TERMS = [
    "a:b:c",
    ":",
    "x:",
    ":x",
    '""',
    "resource_id:x",
    "date_from:2022-02-30",
    'date_to:"2022-8-1"',
]

REJECTED = {case["name"]: case for case in CASES if "problems" in case}
ACCEPTED = {case["name"]: case for case in CASES if "problems" not in case}

each_rejected = pytest.mark.parametrize("case", REJECTED.values(), ids=REJECTED)
each_accepted = pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
enum_values = [(key.name, value) for key in SEARCH.keys.values() for value in key.values]
elements = st.sampled_from(
    [f"{key.name}:{key.values[0] if key.values else EXAMPLES[key.type]}" for key in SEARCH.keys.values()]
)


def filter_of(text: str) -> Filter:
    """Parse a search by carol."""
    return LANGUAGE.parse(text, CALLER).filter


def as_case(parsed: Filter) -> Mapping[str, Any]:
    """Convert a filter to the form of the cases: times as text, without unset members."""
    members = {
        "equal": dict(parsed.equal),
        "since": None if parsed.since is None else format_timestamp(parsed.since),
        "until": None if parsed.until is None else format_timestamp(parsed.until),
    }
    return {name: value for name, value in members.items() if value}


@each_accepted
def test_search_has_the_filter_of_its_case(case: Mapping[str, Any]) -> None:
    """A valid search has exactly the filter of its case."""
    expected = {name: case[name] for name in ("equal", "since", "until") if name in case}

    assert as_case(filter_of(case["q"])) == expected


@each_accepted
def test_search_has_the_hints_of_its_case(case: Mapping[str, Any]) -> None:
    """A valid search has exactly the hints of its case, in order."""
    assert list(LANGUAGE.parse(case["q"], CALLER).hints) == case.get("hints", [])


@each_rejected
def test_search_has_the_errors_of_its_case(case: Mapping[str, Any]) -> None:
    """An invalid search is a 400 with one problem per invalid term, in order."""
    with pytest.raises(ApiError) as error:
        filter_of(case["q"])

    assert (error.value.status, error.value.message) == (400, BAD_SEARCH)
    assert [list(problem) for problem in error.value.validations] == case["problems"]


@pytest.mark.parametrize(("key", "value"), enum_values)
def test_every_enum_value_filters(key: str, value: str) -> None:
    """Every enum value of the contract filters by that value."""
    assert LANGUAGE.parse(f"{key}:{value}", CALLER) == (Filter(equal=((key, value),)), ())


@pytest.mark.parametrize("key", SEARCH.keys)
def test_every_key_filters(key: str) -> None:
    """Every key of the contract filters and gives no hint."""
    row = SEARCH.keys[key]
    query = LANGUAGE.parse(f"{key}:{row.values[0] if row.values else EXAMPLES[row.type]}", CALLER)

    assert query.filter != Filter()
    assert not query.hints


@pytest.mark.parametrize("key", [key.name for key in SEARCH.keys.values() if key.type == "text"])
@given(value=QUOTABLE)
def test_quoted_value_is_kept_whole(key: str, value: str) -> None:
    """A quoted value includes spaces and colons, in lower case."""
    expected = CALLER if (key, value.lower()) == ("username", "me") else value.lower()

    assert filter_of(f'{key}:"{value}"') == Filter(equal=((key, expected),))


@pytest.mark.parametrize("length", [99, 100, 101, 5000])
def test_long_value_is_kept_whole(length: int) -> None:
    """A long value is not truncated."""
    assert filter_of(f"email:{'x' * length}") == Filter(equal=(("email", "x" * length),))


def test_me_is_the_caller() -> None:
    """`username:me` is the caller."""
    names = [LANGUAGE.parse("username:me", caller).filter.equal for caller in ("alice", "bob", "alice")]

    assert names == [(("username", "alice"),), (("username", "bob"),), (("username", "alice"),)]


@given(PLAIN)
def test_quotes_around_a_word_have_no_effect(value: str) -> None:
    """A word that needs no quotes means the same with them."""
    assert filter_of(f'email:"{value}"') == filter_of(f"email:{value}")


@given(
    st.lists(elements, unique=True).flatmap(lambda terms: st.tuples(st.just(terms), st.permutations(terms)))
)
def test_terms_are_joined_by_and(orders: tuple[list[str], list[str]]) -> None:
    """All terms must match, in any order and with any number of spaces."""
    one, other = (
        filter_of(separator.join(terms)) for separator, terms in zip((" ", "   "), orders, strict=True)
    )

    assert dict(one.equal) == dict(other.equal)
    assert (one.since, one.until) == (other.since, other.until)


@given(elements)
def test_letter_case_is_ignored(element: str) -> None:
    """A search in upper case is the same search."""
    assert filter_of(element.upper()) == filter_of(element)


@given(PLAIN, PLAIN)
def test_unknown_key_gives_a_hint(key: str, value: str) -> None:
    """An unknown key has no effect and gives a hint."""
    query = LANGUAGE.parse(f"no-{key}:{value} action:create", CALLER)

    assert query.filter == Filter(equal=(("action", "create"),))
    assert query.hints[0].startswith(f'Unknown search key "no-{key[:57]}')


@pytest.mark.parametrize("key", [key.name for key in SEARCH.keys.values() if key.type == "enum"])
@given(value=PLAIN)
def test_unknown_value_gives_a_hint(key: str, value: str) -> None:
    """An unknown enum value has no effect and gives a hint."""
    query = LANGUAGE.parse(f"{key}:no-{value}", CALLER)

    assert query.filter == Filter()
    assert query.hints[0].startswith(f'Unknown {key} "no-{value[:57]}')


@given(PLAIN)
def test_bare_word_has_the_contracts_key(word: str) -> None:
    """A word without a key means the same as with the contract's default key."""
    assert LANGUAGE.parse(word, CALLER) == LANGUAGE.parse(f"{SEARCH.bare_term}:{word}", CALLER)


@given(st.dates(), st.dates())
def test_date_filters_include_whole_days(first: date, last: date) -> None:
    """A date range is from the first microsecond of one day to the last of the other."""
    parsed = filter_of(f"date_from:{first.isoformat()} date_to:{last.isoformat()}")

    assert parsed == Filter((), parse_day(first.isoformat()), parse_day(last.isoformat()) + DAY - 1)


@given(st.lists(st.sampled_from([*INVALID_TERMS, "action:create", "user"])))
def test_each_invalid_term_is_one_problem(words: list[str]) -> None:
    """Each invalid term gives one problem, in order; other terms give none."""
    problems = LANGUAGE.problems(" ".join(words))

    assert problems == [problem for word in words for problem in LANGUAGE.problems(word)]
    assert len(problems) == sum(word in INVALID_TERMS for word in words)
