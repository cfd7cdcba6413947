"""Explanations of errors: the violated rule of the contract, and the nearest valid request."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from auditmock.handlers.explain.analysis import RequestAnalysis
from auditmock.handlers.recording.request_log import Entry
from auditmock.openapi.contract import Contract, Operation

_SIGNED_OUT, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_BODY = "CreateTestAuditLogRequest"


class ContractPointers:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def find(
        self, path: str, operation: Operation | None, status: int, fields: Sequence[str], message: str
    ) -> str:
        """Return a JSON pointer to the rule, by the status and the first invalid field."""
        candidates = (
            *self._by_status(status, operation, message),
            *(self._by_field(operation, fields[0], status) if operation and fields else ()),
        )
        below = path.removeprefix(self._contract.base_path)
        places = [*candidates, f"#/paths/{_escape(below)}"]
        if operation:
            places.insert(-1, f"{self._place(operation)}/responses/{status}")
        return next((place for place in places if self.exists_in_contract(place)), "#/paths")

    def exists_in_contract(self, pointer: str) -> bool:
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


_FIXABLE = (400, 404, 500)
"""Statuses that a different path or query can avoid."""

_PATH_SIMILARITY = 0.8
"""Least similarity (0 to 1) of a path and the suggested one."""


class ErrorExplainer:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._pointers = ContractPointers(contract)
        self._paths = tuple(contract.operations_by_path)

    def explain(
        self, entry: Entry, analysis: RequestAnalysis, search: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Explain an error response (schema `Explanation.error`); `search` is the explained search."""
        error = _read_answer(entry)
        fields = [problem["field"] for problem in error.get("validations", ())]
        error["rule"] = self._pointers.find(
            analysis.path, analysis.operation, entry.status, fields, error["message"]
        )
        if entry.status in _FIXABLE and (target := self._suggestion(analysis, search, fields)):
            error["suggestion"] = target
        return error

    def _suggestion(self, analysis: RequestAnalysis, search: Mapping[str, Any], fields: list[str]) -> str:
        """Return the nearest valid target; empty if there is none."""
        if analysis.operation is None:
            near = get_close_matches(analysis.path, self._paths, n=1, cutoff=_PATH_SIMILARITY)
            operation = self._contract.find_operation(analysis.method, near[0]) if near else None
            if operation is None:
                return ""
            analysis = analysis._replace(path=operation.path, operation=operation)
        query = "&".join(self._parameters(analysis, search, fields))
        return quote(analysis.path) + (f"?{query}" if query else "")

    def _parameters(
        self, analysis: RequestAnalysis, search: Mapping[str, Any], fields: list[str]
    ) -> Iterator[str]:
        """List the valid parameters, and always the search if the operation has one."""
        for parameter in analysis.operation.parameters if analysis.operation else ():
            name = parameter["name"]
            if name == "q":
                text = search["q"] if search["valid"] else search["suggestion"]
                yield f"q={quote_plus(text, ':')}"
            elif analysis.value(name) and name not in fields and self._is_usable(analysis, name):
                yield f"{name}={quote_plus(analysis.value(name), ':')}"

    def _is_usable(self, analysis: RequestAnalysis, name: str) -> bool:
        """Return False for a value that Coder's database rejects without naming the parameter."""
        return not (self._contract.server and analysis.value(name).startswith("-"))


def _read_answer(entry: Entry) -> dict[str, Any]:
    """Read the error envelope, or the plain text of a Coder server."""
    try:
        answer = orjson.loads(entry.answer)
    except orjson.JSONDecodeError:
        answer = {}
    if isinstance(answer, dict) and "message" in answer:
        return answer
    text = entry.answer.decode(errors="replace").strip()
    return {"message": text or HTTPStatus(entry.status).phrase}
