"""The rule of how deep JSON may be for Go's decoder."""

import pytest

from auditmock.handlers.coder.go_json import read_first

DEEPEST = 10_000


def nest(depth: int) -> bytes:
    """Write arrays in arrays in an object, so many levels in all."""
    return b'{"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_ten_thousand_levels_are_read() -> None:
    """Depth is Go's to bound, not Python's."""
    assert read_first(nest(DEEPEST)).kind == "object"


def test_one_level_more_is_refused() -> None:
    """What is too deep is told by the bracket that was one too many."""
    with pytest.raises(ValueError, match=r"^invalid character '\[' exceeded max depth$"):
        read_first(nest(DEEPEST + 1))
