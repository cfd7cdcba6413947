"""Connexion's security handler for the session token."""

from collections.abc import Awaitable, Callable
from typing import Any

from connexion.lifecycle import ConnexionRequest
from connexion.security import ApiKeySecurityHandler

from auditmock.handlers.auth.tokens import Caller, Tokens

Verify = Callable[[ConnexionRequest], Awaitable[dict[str, Caller]]]


class TokenSecurity(ApiKeySecurityHandler):  # type: ignore[misc]
    """Opens the session of a request; Connexion passes the `Caller` on as `user`.

    Connexion tries each location in turn, so that a valid token makes up for an invalid one. Coder does not
    (reference 4.1), so every location gets the result for all of them.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def get_fn(self, _security_scheme: Any, _required_scopes: Any) -> Verify:
        return self._verify

    async def _verify(self, request: ConnexionRequest) -> dict[str, Caller]:
        return {"sub": self._tokens.authenticate(request.scope)}
