"""Rules of the quick ways to read what nearly all clients send: they read it as the slow ways do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.handlers import gojson, gotext

NEVER = re.compile(r"(?!)")
PIECES = [
    "{",
    "}",
    '"a"',
    '"time"',
    ":",
    ",",
    " ",
    "\n",
    '"x y"',
    '"\\n"',
    '"é"',
    "1",
    "null",
    "{}",
    '"',
    "\\",
    "\x7f",
]
BODIES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.tuples(st.text(max_size=3), st.text(max_size=5)), max_size=4).map(
        lambda members: "{" + ",".join(f'"{name}" : "{text}"' for name, text in members) + "}rest"
    ),
)
TIMES = st.from_regex(
    r'"?(0000|2023|1999)-(0[0-9]|1[0-3])-([0-3][0-9])T([0-2][0-9]):([0-6][0-9]):([0-6][0-9])(\.5)?Z?"?',
    fullmatch=True,
)
UUIDS = st.from_regex(
    r"[0-9a-fA-Fg]{8}-[0-9a-f]{4}-[0-9a-f]{4}-?[0-9a-f]{4}-[0-9a-f]{11,13}\n?", fullmatch=True
)


def outcome(read: object, *arguments: object) -> object:
    """Give what reading comes to, or what is wrong."""
    assert callable(read)
    try:
        return read(*arguments)
    except ValueError as error:
        return str(error)


@given(BODIES)
def test_bodies_are_read_alike(body: str) -> None:
    """A body is the same object, or the same error, whichever way it is read."""
    quickly = outcome(gojson.read_first, body.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gojson, "_SIMPLE", NEVER)
        slowly = outcome(gojson.read_first, body.encode())

    assert quickly == slowly


def test_simple_bodies_are_read_quickly() -> None:
    """An object of texts is read without a look at each character."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(gojson, "_Scanner")

        assert gojson.plain(gojson.read_first(b' {"a": "b" , "c":"" } x')) == {"a": "b", "c": ""}


@given(TIMES, st.sampled_from(["", '"']))
def test_times_are_read_alike(text: str, around: str) -> None:
    """A time is the same instant, or the same error, whichever way it is read."""
    quickly = outcome(gotext.parse_time, text, around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gotext, "_USUAL_TIME", NEVER)
        slowly = outcome(gotext.parse_time, text, around)

    assert quickly == slowly


@given(UUIDS)
def test_ids_are_read_alike(text: str) -> None:
    """An id is the same, or the same error, whichever way it is read."""
    quickly = outcome(gotext.parse_uuid, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gotext, "_USUAL_UUID", NEVER)
        slowly = outcome(gotext.parse_uuid, text)

    assert quickly == slowly
