"""The paths of a contract, with their methods and the validation of path parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from auditmock.core.models import Validation
from auditmock.handlers.messages.request import check_text
from auditmock.openapi.contract import Contract, Operation

_PARAMETER = re.compile(r"\{(\w+)\}")


class Path(NamedTuple):
    template: str
    methods: Sequence[str]
    parameters: Mapping[str, Mapping[str, Any]]


class PathTable:
    def __init__(self, contract: Contract) -> None:
        self._paths = {
            path: Path(path, tuple(operations), _path_parameters(operations.values()))
            for path, operations in contract.operations_by_path.items()
        }
        self._patterns = [
            (re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path.template)), path)
            for path in self._paths.values()
            if path.parameters
        ]
        self.templates = tuple(self._paths)

    def find(self, path: str) -> Path | None:
        """Find a template; those without parameters take precedence."""
        if path in self._paths:
            return self._paths[path]
        return next((found for pattern, found in self._patterns if pattern.fullmatch(path)), None)

    def problems(self, path: str) -> Iterator[Validation]:
        for pattern, found in self._patterns if path not in self._paths else ():
            if values := pattern.fullmatch(path):
                for name, schema in found.parameters.items():
                    try:
                        check_text(schema, values[name])
                    except ValueError as error:
                        yield Validation(name, f'Path param "{name}" {error}')
                return


def _path_parameters(operations: Iterable[Operation]) -> Mapping[str, Mapping[str, Any]]:
    return {
        parameter["name"]: parameter["schema"]
        for operation in operations
        for parameter in operation.parameters
        if parameter["in"] == "path"
    }
