"""Rules of hints: what they suggest, and that they fit into a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.handlers.messages.hints import (
    clip,
    repeated_key,
    suggest,
    unknown_key,
    unknown_value,
    write_hints,
    wrong_uuid,
)
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
KEYS = tuple(CONTRACT.search.keys)
WORDS = KEYS + CONTRACT.enum("ResourceType") + CONTRACT.enum("AuditAction")


def test_an_unknown_key_gets_the_nearest_one() -> None:
    """A misspelt key is answered with the key that was meant."""
    hint = unknown_key("resourcetype", KEYS)

    assert hint == 'Unknown search key "resourcetype" is ignored. Did you mean "resource_type"?'


def test_an_unknown_value_gets_the_nearest_one() -> None:
    """A misspelt value is answered with the value that was meant, whatever its letter case."""
    hint = unknown_value("WORKSPACES", "resource_type", CONTRACT.enum("ResourceType"))

    assert hint == 'Unknown resource_type "WORKSPACES" is ignored. Did you mean "workspace"?'


def test_a_word_near_to_none_gets_them_all() -> None:
    """Where nothing is near, everything there is gets named."""
    assert suggest("qqq", ("create", "write")) == "Available: create, write."


def test_a_repeated_key_is_named_with_what_counts() -> None:
    """Of a key given twice the hint names the value that counts."""
    hint = repeated_key("action", "delete")

    assert hint == 'Search key "action" is repeated. The last value wins: "delete".'


def test_a_wrong_uuid_is_shown_a_right_one() -> None:
    """A word that is no UUID is answered with one."""
    assert wrong_uuid("x") == 'must be a valid uuid such as cff22a7b-bb6f-43d8-83e1-eefe0a1f5197; it is "x"'


@pytest.mark.parametrize("word", WORDS)
def test_a_known_word_with_a_letter_missing_is_found(word: str) -> None:
    """Every key and value is suggested for itself without its last letter."""
    assert suggest(word[:-1], (word,)) == f'Did you mean "{word}"?'


@given(st.text())
def test_a_clipped_word_stays_itself_or_gets_short(word: str) -> None:
    """Clipping keeps 60 characters and marks what was cut."""
    assert clip(word) == word or (clip(word) == word[:60] + "..." and len(word) > 60)


@given(st.lists(st.text(st.characters())))
def test_hints_are_one_line_of_printable_ascii(words: list[str]) -> None:
    """Whatever a search said, its hints are fit for a header."""
    line = write_hints([unknown_key(word, KEYS) for word in words])

    assert all(" " <= character <= "~" for character in line)


@given(st.lists(st.text(st.characters(), max_size=100), max_size=50))
def test_hints_have_a_bound(words: list[str]) -> None:
    """However much a search said in vain, the header stays below 8 KiB."""
    assert len(write_hints([unknown_value(word, "action", WORDS) for word in words])) < 8192


def test_the_first_five_hints_are_shown_and_the_rest_counted() -> None:
    """Beyond five hints only their number is told."""
    assert write_hints(list("abcdefg")) == "a b c d e 2 more hints are not shown."


def test_what_is_not_ascii_is_escaped() -> None:
    """Characters beyond printable ASCII are written as escapes, not dropped."""
    assert (
        write_hints(["caf\N{LATIN SMALL LETTER E WITH ACUTE}\r\n\N{GRINNING FACE}"])
        == r"caf\xe9\r\n\U0001f600"
    )
