"""Rules of what differs between two documents."""

from typing import Any

import pytest

from auditmock.openapi.diff import compare


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a\n  - 1\n  + 2"]),
        ({"a": {"b": 1}}, {"a": {}}, ["a.b\n  - 1"]),
        ({}, {"a": "x"}, ['a\n  + "x"']),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, ['a\n  - ["x"]\n  + ["z"]']),
        ({"a": None}, {}, ["a\n  - null"]),
    ],
)
def test_differences_are_told(before: Any, after: Any, told: list[str]) -> None:
    """Every place that differs is told once, with what was there and what is there."""
    assert [difference.write() for difference in compare(before, after)] == told
