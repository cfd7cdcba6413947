"""Routes of a Coder server (reference 2)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from auditmock.core.asgi_types import Scope
from auditmock.openapi.contract import Contract, Operation

KNOWN_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
"""Methods that Go's router knows; it rejects all others first."""

_SLASHES = re.compile("/{2,}")


class Route(NamedTuple):
    operations: Mapping[str, Operation]
    requires_token: bool


class Routes:
    def __init__(self, contract: Contract) -> None:
        self._collapses_slashes = contract.server["repeated_slashes"] == "collapsed"
        self._keeps_encoded_paths = contract.server["encoded_paths"] == "kept"
        self._base = contract.base_path
        self._routes = {
            path: Route(operations, any(each.requires_token for each in operations.values()))
            for path, operations in contract.operations_by_path.items()
        }
        # the router of the shortest path with a token checks it for all paths below
        self._guarded_root = min(
            (path for path, route in self._routes.items() if route.requires_token), key=len
        )
        self._routes[self._guarded_root + "/"] = self._routes[self._guarded_root]
        self._not_found = {requires_token: Route({}, requires_token) for requires_token in (True, False)}

    def find(self, scope: Scope) -> Route | None:
        """Find the route of a request, without operations for an unknown path; None outside the API."""
        path = scope["path"]
        if self._keeps_encoded_paths and b"%" in (scope.get("raw_path") or b""):
            path = scope["raw_path"].decode("latin-1")
        return self._find(path)

    def _find(self, path: str) -> Route | None:
        route = self._routes.get(path)
        if route is not None:
            return route
        if self._collapses_slashes and "//" in path:
            return self._find(_SLASHES.sub("/", path))
        if not (path + "/").startswith(self._base + "/"):
            return None
        return self._not_found[path.startswith(self._guarded_root + "/")]
