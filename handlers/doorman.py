"""The doorman: refuses paths and methods the contract does not have, before Connexion routes a request."""

from collections import defaultdict

from auditmock.asgi import App, Receive, Scope, Send
from auditmock.errors import Refusal, method_not_allowed, route_not_found
from auditmock.handlers.hints import clip, suggest
from auditmock.handlers.tokens import Tokens
from auditmock.openapi import Contract


class Doorman:
    """An ASGI app in front of another one.

    Connexion's router would answer HEAD, redirect a trailing slash and list the methods of one route only.
    """

    def __init__(self, app: App, *, contract: Contract, tokens: Tokens) -> None:
        self._app = app
        self._tokens = tokens
        self._methods: defaultdict[str, list[str]] = defaultdict(list)
        for operation in contract.operations.values():
            self._methods[operation.path].append(operation.method)
        self._signed_in = min(self._methods, key=len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or refuse it: 401 comes before 404 and 405 below the audit path (reference 2)."""
        if scope["type"] == "http" and scope["method"] not in self._methods.get(scope["path"], ()):
            raise self._refuse(scope)
        await self._app(scope, receive, send)

    def _refuse(self, scope: Scope) -> Refusal:
        path = scope["path"]
        if path == self._signed_in or path.startswith(self._signed_in + "/"):
            self._tokens.open(self._tokens.find(scope["headers"], scope["query_string"]))
        if path in self._methods:
            return method_not_allowed(path, ", ".join(self._methods[path]))
        return route_not_found(f"{clip(path)} is no path here; {suggest(path, tuple(self._methods))}")
