"""Redaction: tokens and their secrets are replaced in any encoding, and nothing else is."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.checker.core.tokens import Tokens
from auditmock.openapi.contract import load_contract

SECRET = "aB3dEfGhIjKlMnOpQrStUv"  # noqa: S105 - made up
TOKENS = Tokens(f"0123456789-{SECRET}", "9876543210-zyxwvutsrqponmlkjihgfe")

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "percent-encoded": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
    "percent-encoded in part": lambda text: quote(text).replace("f", "%66").replace("-", "%2d"),
    "JSON escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 at offset 1": lambda text: b64encode(f":{text}".encode()).decode(),
    "base64 at offset 2": lambda text: b64encode(f"x:{text}:y".encode()).decode(),
    "URL-safe base64": lambda text: urlsafe_b64encode(f"?>{text}".encode()).decode(),
}
PARTS = {
    "token": TOKENS.first,
    "second token": TOKENS.second,
    "secret": SECRET,
    "prefix of the token": TOKENS.first[:16],
    "longer prefix of the token": TOKENS.first[:25],
    "prefix of the secret": SECRET[:12],
    "longer prefix of the secret": SECRET[:19],
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_tokens_are_redacted(spelling: str, part: str) -> None:
    """A token, its secret or a long prefix of either is replaced in texts and bodies."""
    echoed = SPELLINGS[spelling](PARTS[part])
    core = echoed[2:-4] if "base64" in spelling else echoed

    for redacted in (TOKENS.hide(f"x {echoed} y"), TOKENS.hide_bytes(f"é {echoed} y".encode()).decode()):
        assert core not in redacted
        assert "CODER_" in redacted


def test_repr_hides_tokens() -> None:
    """The repr of Tokens shows which tokens are given, not their values."""
    assert repr(TOKENS) == "Tokens(['$CODER_SESSION_TOKEN', '$CODER_SECOND_TOKEN'])"
    assert repr(Tokens("x")) == "Tokens(['$CODER_SESSION_TOKEN'])"


HARMLESS = (
    "$CODER_SESSION_TOKEN",
    "0123456789",
    SECRET[:8],
    "00000000-0000-0000-0000-000000000000",
    "%41%zz",
)


@pytest.mark.parametrize("secret", ["0" * 22, "0" * 20 + "42", SECRET])
def test_harmless_texts_are_unchanged(secret: str) -> None:
    """Ids, short prefixes, zeros and a page of logs are unchanged."""
    tokens = Tokens(f"0123456789-{secret}")
    page = json.dumps(load_contract().document["components"]["examples"]["Page"]["value"])

    for text in (*HARMLESS, page):
        assert tokens.hide(text) == text


@given(st.text() | st.binary().map(lambda body: body.decode("latin-1")))
def test_other_texts_are_unchanged(text: str) -> None:
    """A text without a token is unchanged."""
    assert TOKENS.hide(text) == text


@given(st.binary())
def test_other_bodies_are_unchanged(body: bytes) -> None:
    """A body without a token is unchanged."""
    assert TOKENS.hide_bytes(body) == body


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        (TOKENS.first, "$CODER_SESSION_TOKEN"),
        (TOKENS.second, "$CODER_SECOND_TOKEN"),
        ("Member0000-x", "Member0000-x"),
        ("", ""),
    ],
)
def test_sender_is_shown_as_variable(sender: str, name: str) -> None:
    """A sender that is a token of the run is shown as its variable."""
    assert TOKENS.name(sender) == name
    assert Tokens(TOKENS.first).name("") == ""
