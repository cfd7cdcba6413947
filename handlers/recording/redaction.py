"""Redaction: requests without secrets and without control characters."""

import string
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from auditmock.core.asgi_types import Scope
from auditmock.openapi.contract import TokenLocation

_REDACTED = "..."
_ALWAYS_REDACTED = frozenset({"authorization", "proxy-authorization"})


class Redaction:
    def __init__(self, token_locations: Iterable[TokenLocation]) -> None:
        token_locations = tuple(token_locations)
        self._parameters = {each.name for each in token_locations if each.place == "query"}
        headers = {each.name.lower() for each in token_locations if each.place == "header"}
        self._headers = headers | _ALWAYS_REDACTED

    def target(self, scope: Scope) -> str:
        path, query = quote(scope["path"]), self._query(scope["query_string"])
        return f"{path}?{query}" if query else path

    def headers(self, scope: Scope) -> Mapping[str, str]:
        """Return the headers by name, repeated ones joined; of cookies, only the names."""
        shown: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            if name in self._headers:
                value = _REDACTED
            elif name == "cookie":
                value = "; ".join(
                    f"{each.partition('=')[0].strip()}={_REDACTED}" for each in value.split(";")
                )
            shown[name] = f"{shown[name]}, {value}" if name in shown else value
        return shown

    def _query(self, query: bytes) -> str:
        """Redact a query; the names of parameters may be escaped."""
        pairs = [pair.partition("=") for pair in quote(query, safe=string.punctuation).split("&")]
        return "&".join(
            f"{name}={_REDACTED}" if unquote(name) in self._parameters else f"{name}{equals}{value}"
            for name, equals, value in pairs
        )
