"""Analysis of logged requests: token, operation and parameters, read as the server reads them."""

import re
from typing import NamedTuple

from auditmock.core.errors import SIGNED_OUT, ApiError
from auditmock.handlers.auth.tokens import Tokens, find_token
from auditmock.handlers.messages.hints import clip, suggest
from auditmock.handlers.messages.query import Values, first_value, read_go_query, read_query
from auditmock.handlers.messages.routes import PathTable
from auditmock.handlers.recording.request_log import Entry
from auditmock.openapi.contract import Contract, Operation

_SLASHES = re.compile("/{2,}")


class TokenInfo(NamedTuple):
    """The token of a request: where it was found, the result of its check, and its user."""

    location: str
    result: str
    username: str = ""
    roles: tuple[str, ...] = ()
    world: str = ""


class RequestAnalysis(NamedTuple):
    token: TokenInfo
    method: str
    path: str
    operation: Operation | None
    values: Values

    def value(self, name: str) -> str:
        """Return the first value of a parameter; empty if there is none."""
        return first_value(self.values, name)


class RequestAnalyzer:
    def __init__(self, contract: Contract, tokens: Tokens) -> None:
        self._contract = contract
        self._tokens = tokens
        self._paths = PathTable(contract)
        self._collapses_slashes = contract.server.get("repeated_slashes") == "collapsed"
        self._read_query = read_go_query if contract.server else read_query

    def find(self, entry: Entry) -> RequestAnalysis:
        method, path = entry.scope["method"], entry.scope["path"]
        path = _SLASHES.sub("/", path) if self._collapses_slashes else path
        return RequestAnalysis(
            self._analyze_token(entry),
            method,
            path,
            self._contract.find_operation(method, path),
            self._read_query(entry.scope["query_string"]),
        )

    def describe_route(self, analysis: RequestAnalysis) -> str:
        """Name the operation of a request, or say why there is none."""
        path = clip(analysis.path)
        if analysis.operation:
            return f"{analysis.method} {path} matches {analysis.operation.id}."
        if found := self._paths.find(analysis.path):
            return f"{path} supports {', '.join(found.methods)}, not {analysis.method}."
        return f"Unknown path {path}. {suggest(analysis.path, self._paths.templates)}"

    def _analyze_token(self, entry: Entry) -> TokenInfo:
        headers, query = entry.scope["headers"], entry.scope["query_string"]
        found = ((each.label, find_token(each, headers, query)) for each in self._contract.token_locations)
        label, token = next(((label, token) for label, token in found if token), ("", b""))
        try:
            _, person, world = self._tokens.identify_token(token)
        except ApiError as error:
            result = error.detail if error.message == SIGNED_OUT else error.message
            return TokenInfo(label, result)
        result = f"Valid token of {person.username}."
        return TokenInfo(label, result, person.username, person.roles, world)
