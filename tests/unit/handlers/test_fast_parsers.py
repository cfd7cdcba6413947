"""Fast parsers for usual input: they give the same results as the complete ones."""

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
FRAGMENTS = [
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
    st.sampled_from(FRAGMENTS),
)
BODIES = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join),
    st.tuples(st.lists(st.tuples(NAMES, TEXTS), max_size=4), st.sampled_from(["}", "} ", "}rest", ""])).map(
        lambda drawn: "{" + ",".join(f'"{name}" : {text}' for name, text in drawn[0]) + drawn[1]
    ),
)
DECODERS = [BodyDecoder(open_release(name)) for name in list_releases() if name != DOCUMENTED]


def outcome(read: object, *arguments: object) -> object:
    """Return the result of a parser, or its error."""
    assert callable(read)
    try:
        return read(*arguments)
    except ValueError as error:
        return str(error)
    except ApiError as error:
        return error.detail


def fail(_decoder: BodyDecoder, _body: bytes) -> None:
    """Stand in for the fast parser and leave the input to the complete one."""
    raise ValueError


@pytest.mark.parametrize("decoder", DECODERS)
@given(body=BODIES)
def test_body_parsers_agree(decoder: BodyDecoder, body: str) -> None:
    """A body gives the same object or error with both parsers."""
    fast = outcome(decoder.decode, body.encode(errors="surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BodyDecoder, "_decode_plain", fail)
        complete = outcome(decoder.decode, body.encode(errors="surrogatepass"))

    assert fast == complete


@pytest.mark.parametrize("decoder", DECODERS)
def test_simple_body_takes_the_fast_parser(decoder: BodyDecoder) -> None:
    """An object of strings is parsed without the scanner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(go_json, "_Scanner")

        assert decoder.decode(b' {"action": "write" , "resource_type":"" } ') == {
            "action": "write",
            "resource_type": "",
        }


@given(TIMES, st.sampled_from(["", '"']))
def test_time_parsers_agree(text: str, quote: str) -> None:
    """A time gives the same result or error with both parsers."""
    fast = outcome(go_text.parse_time, text, quote)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(go_text, "_USUAL_TIME", NEVER)
        complete = outcome(go_text.parse_time, text, quote)

    assert fast == complete


@given(UUIDS)
def test_uuid_parsers_agree(text: str) -> None:
    """A UUID gives the same result or error with both parsers."""
    fast = outcome(go_text.parse_uuid, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(go_text, "_USUAL_UUID", NEVER)
        complete = outcome(go_text.parse_uuid, text)

    assert fast == complete
