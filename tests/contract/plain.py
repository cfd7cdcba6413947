"""Text of others as it may be shown: in one line, and nothing in it that steers a terminal."""

import re

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, line breaks, what turns text about, and what no encoding has."""


def plain(text: str) -> str:
    """Write what steers by its escapes."""
    return _STEERING.sub(lambda match: ascii(match[0])[1:-1], text)
