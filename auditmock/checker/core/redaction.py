"""Secrets in the words of others: found however they are spelt, whole or by their beginning."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote


def one_line(text: str) -> str:
    """Write what cannot be printed by its escapes: controls, line breaks, what turns text about."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


_ESCAPE = re.compile(r"\\u00([0-9a-f]{2})")
_WIDTHS = {"+": "[+-]", "/": "[/_]"}
"""Letters of base64 that are others in URLs."""


class Secret(NamedTuple):
    """A text that is not to be shown, nor as few of its first letters as `least`; `name` stands for it."""

    text: str
    least: int
    name: str


class SecretForm(NamedTuple):
    """One way to spell a secret: what it begins with, in small letters without escapes, and a pattern."""

    start: str
    pattern: re.Pattern[str]
    name: str


def forms_of(secret: Secret) -> Iterator[SecretForm]:
    """List the ways to spell a secret: in any case, with escapes of URLs and JSON, and in base64."""
    text, least, name = secret
    pattern = re.compile(_beginning([_escaped_or_not(letter) for letter in text], least), re.IGNORECASE)
    yield SecretForm(text[:least].lower(), pattern, name)
    for before in range(3):
        # what stands before a text shifts the letters of its base64
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
    """Put names in the place of secrets."""
    spellings = [*_spell_out(text.lower())]
    for form in forms:
        if any(form.start in spelling for spelling in spellings):
            text = form.pattern.sub(form.name, text)
    return text


def _spell_out(lowered: str) -> Iterator[str]:
    """List what a text may say to somebody who looks for secrets in it; few texts have any escapes."""
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
    """Write a pattern for some letters, and for any beginning of them that is long enough."""
    rest = letters[least:]
    return "".join([*letters[:least], *(f"(?:{letter}" for letter in rest), ")?" * len(rest)])
