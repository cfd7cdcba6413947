"""Redaction: finds secrets in any spelling, whole or truncated, and makes text safe to print."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote


def one_line(text: str) -> str:
    """Escape control characters, line breaks and bidirectional marks."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


_ESCAPE = re.compile(r"\\u00([0-9a-f]{2})")
_WIDTHS = {"+": "[+-]", "/": "[/_]"}
"""Characters that differ between base64 and its URL-safe form."""


class Secret(NamedTuple):
    """A text to redact, including prefixes of at least `least` characters; `name` replaces it."""

    text: str
    least: int
    name: str


class SecretForm(NamedTuple):
    """One spelling of a secret: its lower-case start without escapes, and a pattern."""

    start: str
    pattern: re.Pattern[str]
    name: str


def forms_of(secret: Secret) -> Iterator[SecretForm]:
    """List the spellings of a secret: any letter case, URL and JSON escapes, base64."""
    text, least, name = secret
    pattern = re.compile(_beginning([_escaped_or_not(letter) for letter in text], least), re.IGNORECASE)
    yield SecretForm(text[:least].lower(), pattern, name)
    for before in range(3):
        # base64 of a text depends on how many bytes precede it
        encoded = b64encode(b"\0" * before + text.encode()).decode()
        first, fewest, last = (
            -(-before * 8 // 6),
            *((before + size) * 8 // 6 for size in (least, len(text))),
        )
        letters = encoded[first:last]
        start = letters[: fewest - first].lower().replace("+", "-").replace("/", "_")
        pattern = re.compile(_beginning([_WIDTHS.get(each, each) for each in letters], fewest - first))
        yield SecretForm(start, pattern, name)


def hide(text: str, forms: Sequence[SecretForm]) -> str:
    spellings = [*_spell_out(text.lower())]
    for form in forms:
        if any(form.start in spelling for spelling in spellings):
            text = form.pattern.sub(form.name, text)
    return text


def _spell_out(lowered: str) -> Iterator[str]:
    """List decoded forms of a text, for a quick search; few texts contain escapes."""
    yield lowered
    if "+" in lowered or "/" in lowered:
        yield lowered.replace("+", "-").replace("/", "_")
    if "%" in lowered:
        yield unquote(lowered, "latin-1").lower()
    if "\\u00" in lowered:
        yield _ESCAPE.sub(lambda match: chr(int(match[1], 16)), lowered).lower()


def _escaped_or_not(letter: str) -> str:
    code = f"{ord(letter):02x}"
    return rf"(?:{re.escape(letter)}|%{code}|\\u00{code})"


def _beginning(letters: Sequence[str], least: int) -> str:
    """Return a pattern that matches these letters and every long enough prefix of them."""
    rest = letters[least:]
    return "".join([*letters[:least], *(f"(?:{letter}" for letter in rest), ")?" * len(rest)])
