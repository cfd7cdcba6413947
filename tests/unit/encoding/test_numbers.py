"""JSON as PostgreSQL stores it and as Go writes it."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.encoding.numbers import GO_JSON, JSONB, Number, write_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (1.5, "1.5"),
        (-3600000000000, "-3600000000000"),
        (2**53 + 1, "9007199254740992"),
        (2**63, "9223372036854776000"),
        (12345678901234567890123, "1.2345678901234568e+22"),
        (999999999999999999999, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (0.000001, "0.000001"),
        (0.00000123, "0.00000123"),
        (0.0000001, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (-2.5e-300, "-2.5e-300"),
        (10**400, "null"),
    ],
)
def test_number_is_written_like_go(number: float, text: str) -> None:
    """A number is the nearest float, without exponent from 1e-6 to 1e21; too large ones are null."""
    assert write_json(number, GO_JSON) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float_round_trips(number: float) -> None:
    """The text of a float parses to the same float."""
    assert struct.pack("d", json.loads(write_json(number, GO_JSON))) == struct.pack("d", number or 0.0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2**53 + 1, "9007199254740993"),
        (10**30, "1" + "0" * 30),
        (1e22, "1" + "0" * 22),
        (1e-7, "0.0000001"),
        (-0.0, "0.0"),
        (Number("1.10"), "1.10"),
        (Number("1E3"), "1000"),
    ],
)
def test_number_is_written_like_postgresql(number: float | Number, text: str) -> None:
    """A number keeps all digits and has no exponent (reference 10.4)."""
    assert write_json(number, JSONB) == text


@pytest.mark.parametrize(
    ("dialect", "text"),
    [(JSONB, '{"b":{"Z":1,"a":2},"aa":3,"\u00f6":4}'), (GO_JSON, '{"aa":3,"b":{"Z":1,"a":2},"\u00f6":4}')],
    ids=["PostgreSQL", "Go"],
)
def test_names_are_sorted(dialect: Any, text: str) -> None:
    """PostgreSQL sorts names by length in bytes, then by bytes; Go by bytes alone, at any depth."""
    assert write_json({"\u00f6": 4, "aa": 3, "b": {"a": 2, "Z": 1}}, dialect) == text


@pytest.mark.parametrize("dialect", [JSONB, GO_JSON], ids=["PostgreSQL", "Go"])
@given(value=values)
def test_value_round_trips(dialect: Any, value: Any) -> None:
    """The text of a value is compact and parses to the same value."""
    text = write_json(value, dialect)

    assert json.loads(text) == value
    assert text == json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
