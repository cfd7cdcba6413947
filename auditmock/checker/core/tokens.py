"""The session tokens the suite is given: sent where they belong, and never shown."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.redaction import Secret, SecretForm, forms_of, hide

SHARED = "0" * 22
"""The secret of each token."""

UNKNOWN_TOKENS = ("Suspended0", "Expired000", "Member0000", "UserAdmin0")
"""Ids of the tokens that may neither read nor write."""

READERS = ("Auditor000",)
"""Ids of the tokens that may read, if anything."""

WRITERS = ("Owner00000",)
"""Ids of the tokens that may read and write."""

FORBIDDEN = ("Member0000", "UserAdmin0")
"""Ids of the tokens that are good, and that of nobody who may read or write."""


def is_one(token: str, ids: Collection[str]) -> bool:
    """Tell by its id whether a token is one of the mock's own, whose role needs no proof."""
    return token.partition("-")[0] in ids


def token_for(name: str, own: str) -> str:
    """Write, as a sender, the token of somebody else in the world that one's own token opens.

    Empty when one's own is no owner's of a mock: then nobody else is known.
    """
    return f"{name}-${{{TOKEN_VARIABLE}#*-}}" if is_one(own, WRITERS) else ""


_SHORTEST = 8
"""Characters of what is hidden: shorter ones are no tokens, and stand in many a word."""
_BEGINNING = 12
"""First letters of a secret that are hidden where they stand without the rest."""
_TELLING = 5
"""Letters of a secret that tell something of it; different ones, where nothing else stands before them."""

SECOND_VARIABLE = "CODER_SECOND_TOKEN"


class Tokens(NamedTuple):
    """The token to judge with, and that of somebody who may not read audit logs; empty when not given."""

    first: str
    second: str = ""

    def __repr__(self) -> str:
        given = {TOKEN_VARIABLE: self.first, SECOND_VARIABLE: self.second}
        return f"Tokens({[f'${variable}' for variable, token in given.items() if token]})"

    def reveal(self, sender: str) -> str:
        """Give the token a sender stands for, as a shell would.

        Whole, in capitals, the id before `-`, or the secret; what names no variable stands for itself.
        """
        for token, variable in ((self.first, TOKEN_VARIABLE), (self.second, SECOND_VARIABLE)):
            token_id, _, secret = token.partition("-")
            forms = {"%%-*}": token_id, "#*-}": secret, "^^}": token.upper(), "}": token}
            for form, part in forms.items():
                sender = sender.replace(f"${{{variable}{form}", part)
            sender = sender.replace(f"${variable}", token)
        return sender

    def name(self, sender: str) -> str:
        """Name the variable of a sender that is one of the tokens itself."""
        named = {self.second: f"${SECOND_VARIABLE}", self.first: f"${TOKEN_VARIABLE}"}
        return named.get(sender, sender) if sender else sender

    def hide(self, text: str) -> str:
        """Put the names of the variables in the place of the tokens and of their secrets, however spelt."""
        return hide(text, _forms(self))

    def hide_bytes(self, body: bytes) -> bytes:
        """Do the same in an answer."""
        return self.hide(body.decode("latin-1")).encode("latin-1")


@cache
def _forms(tokens: Tokens) -> Sequence[SecretForm]:
    given = ((tokens.first, TOKEN_VARIABLE), (tokens.second, SECOND_VARIABLE))
    secrets = [secret for token, variable in given for secret in _secrets(token, variable)]
    return [form for secret in secrets for form in forms_of(secret)]


def _secrets(token: str, variable: str) -> Iterator[Secret]:
    """List what is secret of a token: the whole, and what follows the id; the mock's own secret is none."""
    token_id, dash, secret = token.partition("-")
    if len(token) >= _SHORTEST:
        beginning = min(len(token), len(f"{token_id}-") + _TELLING) if dash else _beginning(token)
        yield Secret(token, beginning, f"${variable}")
    if len(secret) >= _BEGINNING and secret != SHARED:
        yield Secret(secret, _beginning(secret), f"${{{variable}#*-}}")


def _beginning(secret: str) -> int:
    """Tell how many of the first letters cannot stand anywhere by chance, as zeros do in many an id."""
    sizes = range(min(_BEGINNING, len(secret)), len(secret))
    return next((size for size in sizes if len(set(secret[:size])) >= _TELLING), len(secret))
