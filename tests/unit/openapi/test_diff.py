"""Differences between two documents."""

from typing import Any

import pytest

from auditmock.openapi.diff import compare


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a\n  - 1\n  + 2"]),
        ({"a": {"b": 1}}, {"a": {}}, ["a.b\n  - 1"]),
        ({}, {"a": "x"}, ['a\n  + "x"']),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, ['a\n  - ["x"]\n  + ["z"]']),
        ({"a": None}, {}, ["a\n  - null"]),
    ],
)
def test_differences_are_listed(before: Any, after: Any, differences: list[str]) -> None:
    """Every different place is listed once, with the old and new value."""
    assert [difference.write() for difference in compare(before, after)] == differences
