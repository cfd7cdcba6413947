"""The session tokens the suite is given: sent where they belong, and never shown."""

from collections.abc import Mapping
from typing import NamedTuple

from auditmock.contract.exchange import TOKEN_VARIABLE

SECOND_VARIABLE = "CODER_SECOND_TOKEN"


class Tokens(NamedTuple):
    """The token to judge with, and that of somebody who may not read audit logs; empty when not given."""

    first: str
    second: str = ""

    def __repr__(self) -> str:
        return f"Tokens({sorted(self._names().values())})"

    def reveal(self, sender: str) -> str:
        """Give the token a sender stands for; a sender that is no variable is a token itself."""
        return {f"${TOKEN_VARIABLE}": self.first, f"${SECOND_VARIABLE}": self.second}.get(sender, sender)

    def hide(self, text: str) -> str:
        """Put the names of the variables in the place of the tokens."""
        for token, name in self._names().items():
            text = text.replace(token, name)
        return text

    def hide_bytes(self, body: bytes) -> bytes:
        """Do the same in an answer."""
        for token, name in self._names().items():
            body = body.replace(token.encode(), name.encode())
        return body

    def _names(self) -> Mapping[str, str]:
        named = {self.first: f"${TOKEN_VARIABLE}", self.second: f"${SECOND_VARIABLE}"}
        return {token: name for token, name in named.items() if token}
