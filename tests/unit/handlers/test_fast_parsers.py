"""Rules of the quick ways to read what nearly all clients send: they read it as the slow ways do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.errors import ApiError
from auditmock.fixtures.encoding import go_text
from auditmock.handlers.coder import go_json
from auditmock.handlers.coder.body import BodyDecoder
from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release

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
TIMES = st.from_regex(
    r'"?(0000|2023|1999)-(0[0-9]|1[0-3])-([0-3][0-9])T([0-2][0-9]):([0-6][0-9]):([0-6][0-9])(\.5)?Z?"?',
    fullmatch=True,
)
UUIDS = st.from_regex(
    r"[0-9a-fA-Fg]{8}-[0-9a-f]{4}-[0-9a-f]{4}-?[0-9a-f]{4}-[0-9a-f]{11,13}\n?", fullmatch=True
)


NAMES = st.sampled_from(
    ["action", "Action", "resource_type", "resource_id", "time", "additional_fields", "x"]
)
TEXTS = st.one_of(
    st.text(max_size=5).map('"{}"'.format),
    TIMES.map('"{}"'.format),
    UUIDS.map('"{}"'.format),
    st.sampled_from(PIECES),
)
BODIES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.tuples(st.lists(st.tuples(NAMES, TEXTS), max_size=4), st.sampled_from(["}", "} ", "}rest", ""])).map(
        lambda drawn: "{" + ",".join(f'"{name}" : {text}' for name, text in drawn[0]) + drawn[1]
    ),
)
DECODINGS = [BodyDecoder(open_release(name)) for name in list_releases() if name != DOCUMENTED]


def outcome(read: object, *arguments: object) -> object:
    """Give what reading comes to, or what is wrong."""
    assert callable(read)
    try:
        return read(*arguments)
    except ValueError as error:
        return str(error)
    except ApiError as error:
        return error.detail


def refuse(_decoding: BodyDecoder, _body: bytes) -> None:
    """Stand for the quick way, and leave all to the other one."""
    raise ValueError


@pytest.mark.parametrize("decoding", DECODINGS)
@given(body=BODIES)
def test_bodies_are_read_alike(decoding: BodyDecoder, body: str) -> None:
    """A body is the same object, or the same error, whichever way it is read."""
    quickly = outcome(decoding.decode, body.encode(errors="surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BodyDecoder, "_decode_plain", refuse)
        slowly = outcome(decoding.decode, body.encode(errors="surrogatepass"))

    assert quickly == slowly


@pytest.mark.parametrize("decoding", DECODINGS)
def test_simple_bodies_are_read_quickly(decoding: BodyDecoder) -> None:
    """An object of texts is read without a look at each character."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(go_json, "_Scanner")

        assert decoding.decode(b' {"action": "write" , "resource_type":"" } ') == {
            "action": "write",
            "resource_type": "",
        }


@given(TIMES, st.sampled_from(["", '"']))
def test_times_are_read_alike(text: str, around: str) -> None:
    """A time is the same instant, or the same error, whichever way it is read."""
    quickly = outcome(go_text.parse_time, text, around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(go_text, "_USUAL_TIME", NEVER)
        slowly = outcome(go_text.parse_time, text, around)

    assert quickly == slowly


@given(UUIDS)
def test_ids_are_read_alike(text: str) -> None:
    """An id is the same, or the same error, whichever way it is read."""
    quickly = outcome(go_text.parse_uuid, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(go_text, "_USUAL_UUID", NEVER)
        slowly = outcome(go_text.parse_uuid, text)

    assert quickly == slowly
