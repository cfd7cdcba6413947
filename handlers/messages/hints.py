"""Texts for `X-Mock-Hint` and error details: ignored or mistyped input, with suggestions."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache

_MAX_WORD_LENGTH = 60
_MAX_SHOWN = 5
_UUID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"


def unknown_key(word: str, keys: tuple[str, ...]) -> str:
    return f'Unknown search key "{clip(word)}" is ignored. {suggest(word, keys)}'


def unknown_value(word: str, key: str, values: tuple[str, ...]) -> str:
    return f'Unknown {key} "{clip(word)}" is ignored. {suggest(word, values)}'


def repeated_key(key: str, value: str) -> str:
    return f'Search key "{clip(key)}" is repeated. The last value wins: "{clip(value)}".'


def wrong_uuid(word: str) -> str:
    return f'must be a valid uuid such as {_UUID}; it is "{clip(word)}"'


def write_hints(hints: Sequence[str]) -> str:
    """Join the first hints to one line of printable ASCII."""
    shown = " ".join(hints[:_MAX_SHOWN])
    more = f" {len(hints) - _MAX_SHOWN} more hints are not shown." if len(hints) > _MAX_SHOWN else ""
    return "".join(
        each if " " <= each <= "~" else each.encode("unicode_escape").decode() for each in shown + more
    )


def suggest(word: str, known: tuple[str, ...]) -> str:
    """Name the most similar known word, or all of them if none is similar."""
    return _nearest(word[:_MAX_WORD_LENGTH].lower(), known)


@lru_cache(maxsize=256)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"Available: {', '.join(known)}."


def clip(word: str) -> str:
    return word if len(word) <= _MAX_WORD_LENGTH else word[:_MAX_WORD_LENGTH] + "..."
