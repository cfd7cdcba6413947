"""The `Prefer` header: a status or a wait that the client requests (RFC 7240)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from auditmock.handlers.messages.hints import clip
from auditmock.handlers.messages.request import Headers

PREFER = b"prefer"
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")
_LONGEST_WAIT = 600
"""Seconds."""


class Preference(NamedTuple):
    """Seconds to wait, status (0: none), the preferences that apply, and hints about the others."""

    wait: float
    status: int
    applied: Sequence[str]
    hints: Sequence[str]


def read_preference(headers: Headers, statuses: Sequence[int]) -> Preference | None:
    """Parse the header; the first preference of each name wins. None without the header."""
    lines = [value.decode("latin-1") for name, value in headers if name == PREFER]
    if not lines:
        return None
    given: dict[str, str] = {}
    for word in ",".join(lines).split(","):
        name, _, value = word.partition(";")[0].partition("=")
        if name.strip():
            given.setdefault(name.strip().lower(), value.strip().strip('"'))
    return _apply(given, statuses)


def _apply(given: Mapping[str, str], statuses: Sequence[int]) -> Preference:
    read: dict[str, Any] = {"wait": 0.0, "code": 0}
    applied, hints = [], []
    for name, value in given.items():
        if name == "wait" and _NUMBER.fullmatch(value) and float(value) <= _LONGEST_WAIT:
            read["wait"] = float(value)
        elif name == "code" and value.isdecimal() and int(value) in statuses:
            read["code"] = int(value)
        else:
            hints.append(_hint(name, value, statuses))
            continue
        applied.append(f"{name}={value}")
    return Preference(read["wait"], read["code"], applied, hints)


def _hint(name: str, value: str, statuses: Sequence[int]) -> str:
    if name == "wait":
        return f'Preference "wait={clip(value)}" is ignored. wait accepts seconds, at most {_LONGEST_WAIT}.'
    if name == "code":
        return f'Preference "code={clip(value)}" is ignored. Available: {", ".join(map(str, statuses))}.'
    return f'Unknown preference "{clip(name)}" is ignored. Available: code, wait.'
