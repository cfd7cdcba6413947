"""Pointers: where the contract says why a request is refused, as JSON pointers into it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditmock.openapi import Contract, Operation

_SIGNED_OUT, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_BODY = "CreateTestAuditLogRequest"


class Pointers:
    """Finds the rule that refused a request to an operation (None: to no operation)."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def find(
        self, path: str, operation: Operation | None, status: int, fields: Sequence[str], message: str
    ) -> str:
        """Point at the rule: by the status, and the first field that is at fault."""
        candidates = (
            *self._by_status(status, operation, message),
            *(self._by_field(operation, fields[0], status) if operation and fields else ()),
        )
        below = path.removeprefix(self._contract.base_path)
        places = [*candidates, f"#/paths/{_escape(below)}"]
        if operation:
            places.insert(-1, f"{self._place(operation)}/responses/{status}")
        return next((place for place in places if self.leads_somewhere(place)), "#/paths")

    def leads_somewhere(self, pointer: str) -> bool:
        """Tell whether there is something at the end of a pointer."""
        node: Any = self._contract.document
        for step in pointer.removeprefix("#/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or name not in node:
                return False
            node = node[name]
        return True

    def _by_status(self, status: int, operation: Operation | None, message: str) -> Iterator[str]:
        server = self._contract.server
        if status == _SIGNED_OUT:
            yield "#/x-token-order"
        for name in ("gate", "denied"):
            if server.get(name, {}).get("status") == status and server[name]["message"] == message:
                yield f"#/x-server/{name}"
        if status == _FORBIDDEN and operation:
            yield f"{self._place(operation)}/x-roles"

    def _by_field(self, operation: Operation, field: str, status: int) -> Iterator[str]:
        if operation.takes_body:
            yield f"#/components/schemas/{_BODY}/properties/{field}"
        if status == _NOT_FOUND:
            yield "#/paths/~1audit/get/x-paging/cursor"
        yield f"#/components/parameters/q/x-search/keys/{field}"
        yield f"#/components/parameters/{field}/schema/pattern"
        yield f"#/components/parameters/{field}/schema"

    def _place(self, operation: Operation) -> str:
        path = operation.path.removeprefix(self._contract.base_path)
        return f"#/paths/{_escape(path)}/{operation.method.lower()}"


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
