"""Rules of what is hidden: tokens and their secrets, however a server spells them, and nothing else."""

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
    "as it is": str,
    "in small letters": str.lower,
    "in capitals": str.upper,
    "in an address": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
    "in an address, in part": lambda text: quote(text).replace("f", "%66").replace("-", "%2d"),
    "in JSON": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "in base64": lambda text: b64encode(text.encode()).decode(),
    "behind a letter in base64": lambda text: b64encode(f":{text}".encode()).decode(),
    "behind two letters in base64": lambda text: b64encode(f"x:{text}:y".encode()).decode(),
    "in base64 of addresses": lambda text: urlsafe_b64encode(f"?>{text}".encode()).decode(),
}
PARTS = {
    "the token": TOKENS.first,
    "the other token": TOKENS.second,
    "the secret": SECRET,
    "the beginning of the token": TOKENS.first[:16],
    "more of the token": TOKENS.first[:25],
    "the beginning of the secret": SECRET[:12],
    "more of the secret": SECRET[:19],
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_tokens_are_hidden(spelling: str, part: str) -> None:
    """Neither a token nor its secret, nor a long beginning of one, is left in a text or an answer."""
    echoed = SPELLINGS[spelling](PARTS[part])
    core = echoed[2:-4] if "base64" in spelling else echoed

    for told in (TOKENS.hide(f"x {echoed} y"), TOKENS.hide_bytes(f"é {echoed} y".encode()).decode()):
        assert core not in told
        assert "CODER_" in told


def test_a_token_is_kept_from_its_own_form() -> None:
    """Whoever prints the tokens sees which are given, and no more."""
    assert repr(TOKENS) == "Tokens(['$CODER_SESSION_TOKEN', '$CODER_SECOND_TOKEN'])"
    assert repr(Tokens("x")) == "Tokens(['$CODER_SESSION_TOKEN'])"


OTHERS = ("$CODER_SESSION_TOKEN", "0123456789", SECRET[:8], "00000000-0000-0000-0000-000000000000", "%41%zz")


@pytest.mark.parametrize("secret", ["0" * 22, "0" * 20 + "42", SECRET])
def test_what_is_no_secret_is_left(secret: str) -> None:
    """Ids, short beginnings and zeros stay, whatever the token is; so does a page of logs."""
    tokens = Tokens(f"0123456789-{secret}")
    page = json.dumps(load_contract().document["components"]["examples"]["Page"]["value"])

    for text in (*OTHERS, page):
        assert tokens.hide(text) == text


@given(st.text() | st.binary().map(lambda body: body.decode("latin-1")))
def test_other_texts_are_left(text: str) -> None:
    """Nothing else is changed."""
    assert TOKENS.hide(text) == text


@given(st.binary())
def test_other_answers_are_left(body: bytes) -> None:
    """Nor in bytes, whatever they are."""
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
def test_a_sender_is_named(sender: str, name: str) -> None:
    """A token that a check knows by itself is told by its variable when it is one of the run's."""
    assert TOKENS.name(sender) == name
    assert Tokens(TOKENS.first).name("") == ""
