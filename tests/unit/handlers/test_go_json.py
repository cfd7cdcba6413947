"""Maximum nesting of Go's JSON decoder."""

import pytest

from auditmock.handlers.coder.go_json import read_first

MAX_DEPTH = 10_000


def nest(depth: int) -> bytes:
    """Make an object with this many levels."""
    return b'{"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_maximum_depth_is_accepted() -> None:
    """10,000 levels are accepted, beyond Python's recursion limit."""
    assert read_first(nest(MAX_DEPTH)).kind == "object"


def test_excessive_depth_is_rejected() -> None:
    """One more level raises an error that names the bracket."""
    with pytest.raises(ValueError, match=r"^invalid character '\[' exceeded max depth$"):
        read_first(nest(MAX_DEPTH + 1))
