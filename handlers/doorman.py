"""The doorman: refuses paths and methods the contract does not have, before Connexion routes a request."""

from auditmock.asgi import App, Receive, Scope, Send
from auditmock.errors import invalid_parameters, method_not_allowed, route_not_found
from auditmock.handlers.hints import clip, suggest
from auditmock.handlers.paths import Paths
from auditmock.handlers.tokens import Tokens
from auditmock.openapi import Contract


class Doorman:
    """An ASGI app in front of another one.

    Connexion's router would answer HEAD, redirect a trailing slash, list the methods of one route only, and
    know no reason why a parameter in a path is wrong. Below the shortest path `tokens` are asked for.
    """

    def __init__(self, app: App, *, contract: Contract, tokens: Tokens | None) -> None:
        self._app = app
        self._tokens = tokens
        self._paths = Paths(contract)
        self._signed_in = min(self._paths.templates, key=len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or refuse it: 401 comes before 404 and 405 below the audit path (reference 2)."""
        if scope["type"] == "http":
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        path = scope["path"]
        found = self._paths.find(path)
        if found and scope["method"] in found.methods:
            if problems := list(self._paths.problems(path)):
                raise invalid_parameters(problems)
            return
        if self._tokens and (path == self._signed_in or path.startswith(self._signed_in + "/")):
            self._tokens.open(self._tokens.find(scope["headers"], scope["query_string"]))
        if found:
            raise method_not_allowed(clip(path), ", ".join(found.methods))
        raise route_not_found(f"{clip(path)} is no path here; {suggest(path, self._paths.templates)}")
