"""Hints: their suggestions, and that they fit into a header."""

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


def test_unknown_key_gets_a_suggestion() -> None:
    """A misspelt key gets the closest key."""
    hint = unknown_key("resourcetype", KEYS)

    assert hint == 'Unknown search key "resourcetype" is ignored. Did you mean "resource_type"?'


def test_unknown_value_gets_a_suggestion() -> None:
    """A misspelt value gets the closest value, ignoring case."""
    hint = unknown_value("WORKSPACES", "resource_type", CONTRACT.enum("ResourceType"))

    assert hint == 'Unknown resource_type "WORKSPACES" is ignored. Did you mean "workspace"?'


def test_word_without_a_close_match_gets_all_values() -> None:
    """Without a close match, all values are listed."""
    assert suggest("qqq", ("create", "write")) == "Available: create, write."


def test_repeated_key_names_the_used_value() -> None:
    """The hint for a repeated key names the value that is used."""
    hint = repeated_key("action", "delete")

    assert hint == 'Search key "action" is repeated. The last value wins: "delete".'


def test_invalid_uuid_gets_an_example() -> None:
    """An invalid UUID gets an example."""
    assert wrong_uuid("x") == 'must be a valid uuid such as cff22a7b-bb6f-43d8-83e1-eefe0a1f5197; it is "x"'


@pytest.mark.parametrize("word", WORDS)
def test_word_without_its_last_letter_is_recognized(word: str) -> None:
    """Every key and value is suggested for itself without its last letter."""
    assert suggest(word[:-1], (word,)) == f'Did you mean "{word}"?'


@given(st.text())
def test_long_words_are_truncated(word: str) -> None:
    """A word longer than 60 characters is truncated with an ellipsis."""
    assert clip(word) == word or (clip(word) == word[:60] + "..." and len(word) > 60)


@given(st.lists(st.text(st.characters())))
def test_hints_are_printable_ascii(words: list[str]) -> None:
    """Hints are valid in a header, whatever the search contains."""
    line = write_hints([unknown_key(word, KEYS) for word in words])

    assert all(" " <= character <= "~" for character in line)


@given(st.lists(st.text(st.characters(), max_size=100), max_size=50))
def test_hints_are_bounded(words: list[str]) -> None:
    """The header is shorter than 8 KiB, however many hints there are."""
    assert len(write_hints([unknown_value(word, "action", WORDS) for word in words])) < 8192


def test_only_five_hints_are_shown() -> None:
    """Beyond five hints only their number is shown."""
    assert write_hints(list("abcdefg")) == "a b c d e 2 more hints are not shown."


def test_other_characters_are_escaped() -> None:
    """Characters beyond printable ASCII are escaped, not dropped."""
    assert (
        write_hints(["caf\N{LATIN SMALL LETTER E WITH ACUTE}\r\n\N{GRINNING FACE}"])
        == r"caf\xe9\r\n\U0001f600"
    )
