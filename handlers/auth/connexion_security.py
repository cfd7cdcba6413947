"""Connexion's security handler for the session token: the contract's three places, looked at in its order."""

from collections.abc import Awaitable, Callable
from typing import Any

from connexion.lifecycle import ConnexionRequest
from connexion.security import ApiKeySecurityHandler

from auditmock.handlers.auth.tokens import Caller, Tokens

Verify = Callable[[ConnexionRequest], Awaitable[dict[str, Caller]]]


class TokenSecurity(ApiKeySecurityHandler):  # type: ignore[misc]
    """Opens the session of a request; what Connexion calls `user` is the `Caller`.

    Connexion would ask each place in turn and let a good token rescue a bad one. Coder does not
    (reference 4.1), so each place gets the verdict on all of them.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def get_fn(self, _security_scheme: Any, _required_scopes: Any) -> Verify:
        """Give the function that judges a request."""
        return self._verify

    async def _verify(self, request: ConnexionRequest) -> dict[str, Caller]:
        return {"sub": self._tokens.authenticate(request.scope)}
