"""The session tokens of a run, which are never shown, and the ids of the mock's public tokens."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.redaction import Secret, SecretForm, forms_of, hide

SHARED = "0" * 22
"""The secret of the mock's public tokens."""

DENIED_IDS = ("Suspended0", "Expired000", "Member0000", "UserAdmin0")
"""Ids of the mock's tokens that may neither read nor write."""

READER_IDS = ("Auditor000",)
"""Ids of the mock's tokens that may only read."""

WRITER_IDS = ("Owner00000",)
"""Ids of the mock's tokens that may read and write."""

FORBIDDEN_IDS = ("Member0000", "UserAdmin0")
"""Ids of the mock's valid tokens that may neither read nor write."""


def has_id(token: str, ids: Collection[str]) -> bool:
    """Whether a token has one of these ids of the mock, whose roles are known."""
    return token.partition("-")[0] in ids


def token_for(name: str, own: str) -> str:
    """Return a sender: the token of another user in the world of the run's own token.

    Empty unless the run's token is the owner's of a mock: other users are unknown then.
    """
    return f"{name}-${{{TOKEN_VARIABLE}#*-}}" if has_id(own, WRITER_IDS) else ""


_SHORTEST = 8
"""Minimum length of a redacted token; shorter text occurs in ordinary words."""
_BEGINNING = 12
"""Minimum length of a redacted prefix of a secret."""
_DISTINCTIVE = 5
"""Number of characters of a secret that may reveal it; distinct ones in a bare prefix."""

SECOND_VARIABLE = "CODER_SECOND_TOKEN"


class Tokens(NamedTuple):
    """The token of the run and that of a member who may not read; empty if not given."""

    first: str
    second: str = ""

    def __repr__(self) -> str:
        given = {TOKEN_VARIABLE: self.first, SECOND_VARIABLE: self.second}
        return f"Tokens({[f'${variable}' for variable, token in given.items() if token]})"

    def reveal(self, sender: str) -> str:
        """Expand a sender's variables as a shell would: the token, in capitals, its id, or its secret."""
        for token, variable in ((self.first, TOKEN_VARIABLE), (self.second, SECOND_VARIABLE)):
            token_id, _, secret = token.partition("-")
            forms = {"%%-*}": token_id, "#*-}": secret, "^^}": token.upper(), "}": token}
            for form, part in forms.items():
                sender = sender.replace(f"${{{variable}{form}", part)
            sender = sender.replace(f"${variable}", token)
        return sender

    def name(self, sender: str) -> str:
        """Replace a sender that is one of the tokens by its variable."""
        named = {self.second: f"${SECOND_VARIABLE}", self.first: f"${TOKEN_VARIABLE}"}
        return named.get(sender, sender) if sender else sender

    def hide(self, text: str) -> str:
        """Replace the tokens and their secrets, in any spelling, by the names of their variables."""
        return hide(text, _forms(self))

    def hide_bytes(self, body: bytes) -> bytes:
        return self.hide(body.decode("latin-1")).encode("latin-1")


@cache
def _forms(tokens: Tokens) -> Sequence[SecretForm]:
    given = ((tokens.first, TOKEN_VARIABLE), (tokens.second, SECOND_VARIABLE))
    secrets = [secret for token, variable in given for secret in _secrets(token, variable)]
    return [form for secret in secrets for form in forms_of(secret)]


def _secrets(token: str, variable: str) -> Iterator[Secret]:
    """List the secrets of a token: the whole, and the part after the id unless it is the mock's."""
    token_id, dash, secret = token.partition("-")
    if len(token) >= _SHORTEST:
        beginning = min(len(token), len(f"{token_id}-") + _DISTINCTIVE) if dash else _beginning(token)
        yield Secret(token, beginning, f"${variable}")
    if len(secret) >= _BEGINNING and secret != SHARED:
        yield Secret(secret, _beginning(secret), f"${{{variable}#*-}}")


def _beginning(secret: str) -> int:
    """Return how long a prefix must be to be unlikely elsewhere, unlike the zeros of many ids."""
    sizes = range(min(_BEGINNING, len(secret)), len(secret))
    return next((size for size in sizes if len(set(secret[:size])) >= _DISTINCTIVE), len(secret))
