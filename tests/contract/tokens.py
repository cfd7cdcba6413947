"""The session tokens the suite is given: sent where they belong, and never shown."""

from collections.abc import Mapping
from typing import NamedTuple

from auditmock.contract.exchange import TOKEN_VARIABLE
from auditmock.contract.people import SHARED

_SHORTEST = 8
"""Characters of what is hidden: shorter ones are no tokens, and stand in many a word."""

SECOND_VARIABLE = "CODER_SECOND_TOKEN"


class Tokens(NamedTuple):
    """The token to judge with, and that of somebody who may not read audit logs; empty when not given."""

    first: str
    second: str = ""

    def __repr__(self) -> str:
        return f"Tokens({sorted(self._names().values())})"

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

    def hide(self, text: str) -> str:
        """Put the names of the variables in the place of the tokens and of their secrets."""
        for token, name in self._names().items():
            text = text.replace(token, name)
        return text

    def hide_bytes(self, body: bytes) -> bytes:
        """Do the same in an answer."""
        for token, name in self._names().items():
            body = body.replace(token.encode(), name.encode())
        return body

    def _names(self) -> Mapping[str, str]:
        """Name each token, and each secret that is none of the mock's, in the words of a shell."""
        named = {}
        for token, variable in ((self.first, TOKEN_VARIABLE), (self.second, SECOND_VARIABLE)):
            secret = token.partition("-")[2]
            named[token.upper()] = f"${{{variable}^^}}"
            named[token] = f"${variable}"
            if len(secret) == len(SHARED) and secret != SHARED:
                named[secret] = f"${{{variable}#*-}}"
        return {token: name for token, name in named.items() if len(token) >= _SHORTEST}
