"""Hints: what a search said in vain, in words for a header and the access line."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache

_LONGEST_WORD = 60
_MOST = 5


def unknown_key(word: str, keys: tuple[str, ...]) -> str:
    """Say that a key is none, and which one may have been meant."""
    return f'"{_clip(word)}" is no search key, ignored; {_suggest(word, keys)}'


def unknown_value(word: str, key: str, values: tuple[str, ...]) -> str:
    """Say that a value is none of its key's, and which one may have been meant."""
    return f'"{_clip(word)}" is no {key}, ignored; {_suggest(word, values)}'


def repeated_key(key: str, value: str) -> str:
    """Say which of several elements with the same key counts."""
    return f'"{key}" is given more than once, the last one counts: "{_clip(value)}"'


def write_hints(hints: Sequence[str]) -> str:
    """Join hints into one line of printable ASCII, the first few of many."""
    shown = "; ".join(hints[:_MOST])
    more = f"; and {len(hints) - _MOST} more" if len(hints) > _MOST else ""
    return "".join(_printable(character) for character in shown + more)


def _clip(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else word[:_LONGEST_WORD] + "..."


@lru_cache(maxsize=256)
def _suggest(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word[:_LONGEST_WORD].lower(), known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"


def _printable(character: str) -> str:
    if " " <= character <= "~":
        return character
    return character.encode("unicode_escape").decode()
