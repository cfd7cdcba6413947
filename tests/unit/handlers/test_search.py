"""Rules of the search language of `q`: from text to a filter, hints and problems."""

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
from auditmock.handlers.search.parser import SearchLanguage
from auditmock.openapi.contract import load_contract

SEARCH = load_contract().search
LANGUAGE = SearchLanguage(SEARCH)
CALLER = "carol"
CASES = json.loads((Path(__file__).parents[2] / "data" / "search_cases.json").read_text(encoding="utf-8"))
UUID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
EXAMPLES = {"enum": "", "uuid": UUID, "text": "word", "date": "2022-08-15"}
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters='\0": '), min_size=1)
QUOTABLE = st.text(st.characters(codec="utf-8", exclude_characters='\0"'), min_size=1)
FAULTS = ["a:b:c", ":", "x:", ":x", '""', "resource_id:x", "date_from:2022-02-30", 'date_to:"2022-8-1"']

REFUSED = {case["name"]: case for case in CASES if "problems" in case}
UNDERSTOOD = {case["name"]: case for case in CASES if "problems" not in case}

refused = pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
understood = pytest.mark.parametrize("case", UNDERSTOOD.values(), ids=UNDERSTOOD)
enum_values = [(key.name, value) for key in SEARCH.keys.values() for value in key.values]
elements = st.sampled_from(
    [f"{key.name}:{key.values[0] if key.values else EXAMPLES[key.type]}" for key in SEARCH.keys.values()]
)


def filter_of(text: str) -> Filter:
    """Parse a search by carol."""
    return LANGUAGE.parse(text, CALLER).filter


def as_members(wanted: Filter) -> Mapping[str, Any]:
    """Write a filter as the cases do: times as text, and nothing that is not asked."""
    members = {
        "equal": dict(wanted.equal),
        "since": None if wanted.since is None else format_timestamp(wanted.since),
        "until": None if wanted.until is None else format_timestamp(wanted.until),
    }
    return {name: value for name, value in members.items() if value}


@understood
def test_a_search_means_what_the_case_says(case: Mapping[str, Any]) -> None:
    """Each case that is well formed filters by just what it lists."""
    expected = {name: case[name] for name in ("equal", "since", "until") if name in case}

    assert as_members(filter_of(case["q"])) == expected


@understood
def test_a_search_is_hinted_as_the_case_says(case: Mapping[str, Any]) -> None:
    """Each case that is well formed names what it ignored, in order, and nothing else."""
    assert list(LANGUAGE.parse(case["q"], CALLER).hints) == case.get("hints", [])


@refused
def test_a_search_is_refused_as_the_case_says(case: Mapping[str, Any]) -> None:
    """Each case that is malformed is a 400 with one problem for each fault, in order."""
    with pytest.raises(ApiError) as error:
        filter_of(case["q"])

    assert (error.value.status, error.value.message) == (400, BAD_SEARCH)
    assert [list(problem) for problem in error.value.validations] == case["problems"]


@pytest.mark.parametrize(("key", "value"), enum_values)
def test_every_enum_value_filters(key: str, value: str) -> None:
    """Every value the contract lists for a key filters by just that."""
    assert LANGUAGE.parse(f"{key}:{value}", CALLER) == (Filter(equal=((key, value),)), ())


@pytest.mark.parametrize("key", SEARCH.keys)
def test_every_key_filters(key: str) -> None:
    """Every key of the contract's table filters, and is no cause for a hint."""
    row = SEARCH.keys[key]
    query = LANGUAGE.parse(f"{key}:{row.values[0] if row.values else EXAMPLES[row.type]}", CALLER)

    assert query.filter != Filter()
    assert not query.hints


@pytest.mark.parametrize("key", [key.name for key in SEARCH.keys.values() if key.type == "text"])
@given(value=QUOTABLE)
def test_a_quoted_text_is_taken_whole(key: str, value: str) -> None:
    """Whatever stands in quotes, spaces and colons included, is the value, in lower case."""
    expected = CALLER if (key, value.lower()) == ("username", "me") else value.lower()

    assert filter_of(f'{key}:"{value}"') == Filter(equal=((key, expected),))


@pytest.mark.parametrize("length", [99, 100, 101, 5000])
def test_a_long_value_is_taken_whole(length: int) -> None:
    """However long a value is, no letter of it is lost."""
    assert filter_of(f"email:{'x' * length}") == Filter(equal=(("email", "x" * length),))


def test_me_is_whoever_asks() -> None:
    """The same search means another person when another one asks."""
    names = [LANGUAGE.parse("username:me", caller).filter.equal for caller in ("alice", "bob", "alice")]

    assert names == [(("username", "alice"),), (("username", "bob"),), (("username", "alice"),)]


@given(PLAIN)
def test_quotes_around_a_plain_word_change_nothing(value: str) -> None:
    """A word that needs no quotes means the same with them."""
    assert filter_of(f'email:"{value}"') == filter_of(f"email:{value}")


@given(
    st.lists(elements, unique=True).flatmap(
        lambda chosen: st.tuples(st.just(chosen), st.permutations(chosen))
    )
)
def test_elements_are_joined_by_and(orders: tuple[list[str], list[str]]) -> None:
    """All elements hold at once, in whatever order and however many spaces apart."""
    one, other = (filter_of(glue.join(chosen)) for glue, chosen in zip((" ", "   "), orders, strict=True))

    assert dict(one.equal) == dict(other.equal)
    assert (one.since, one.until) == (other.since, other.until)


@given(elements)
def test_letter_case_does_not_matter(element: str) -> None:
    """A search in capitals is the same search."""
    assert filter_of(element.upper()) == filter_of(element)


@given(PLAIN, PLAIN)
def test_an_unknown_key_is_ignored_and_named(key: str, value: str) -> None:
    """A key that is none of the contract's filters nothing and begins a hint."""
    query = LANGUAGE.parse(f"no-{key}:{value} action:create", CALLER)

    assert query.filter == Filter(equal=(("action", "create"),))
    assert query.hints[0].startswith(f'Unknown search key "no-{key[:57]}')


@pytest.mark.parametrize("key", [key.name for key in SEARCH.keys.values() if key.type == "enum"])
@given(value=PLAIN)
def test_an_unknown_value_is_ignored_and_named(key: str, value: str) -> None:
    """A value that is none of its key's filters nothing and begins a hint."""
    query = LANGUAGE.parse(f"{key}:no-{value}", CALLER)

    assert query.filter == Filter()
    assert query.hints[0].startswith(f'Unknown {key} "no-{value[:57]}')


@given(PLAIN)
def test_a_bare_word_is_the_contracts_key(word: str) -> None:
    """A word without a key means the same as with the key the contract gives it."""
    assert LANGUAGE.parse(word, CALLER) == LANGUAGE.parse(f"{SEARCH.bare_term}:{word}", CALLER)


@given(st.dates(), st.dates())
def test_days_are_taken_whole(first: date, last: date) -> None:
    """A search by dates reaches from the first microsecond of one day to the last of the other."""
    wanted = filter_of(f"date_from:{first.isoformat()} date_to:{last.isoformat()}")

    assert wanted == Filter((), parse_day(first.isoformat()), parse_day(last.isoformat()) + DAY - 1)


@given(st.lists(st.sampled_from([*FAULTS, "action:create", "user"])))
def test_every_fault_is_a_problem_of_its_own(words: list[str]) -> None:
    """There is one problem for each malformed element, in their order, and none for the others."""
    problems = LANGUAGE.problems(" ".join(words))

    assert problems == [problem for word in words for problem in LANGUAGE.problems(word)]
    assert len(problems) == sum(word in FAULTS for word in words)
