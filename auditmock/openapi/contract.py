"""Reads an OpenAPI contract and its extensions (`x-…`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from auditmock.openapi.yaml_text import read_yaml, write_yaml

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCHEMAS = "#/components/schemas/"


class SearchKey(NamedTuple):
    """A search key of `x-search`: the field of a log it compares, its type, and the comparison."""

    name: str
    type: str
    field: str
    match: str
    values: tuple[str, ...]
    me: bool
    finds: str = ""
    """How the lookup of a Coder release restricts matches: as_stored, present_users or builds; empty: not."""

    @property
    def lookup(self) -> str:
        """The name of the index that the store uses for this key."""
        return f"{self.name} {self.finds}".rstrip()

    def value_in(self, log: Mapping[str, Any]) -> str:
        """Return the log's value for this key; empty if it has none."""
        value: Any = log
        for step in self.field.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""


class Search(NamedTuple):
    """`x-search`: the keys of the search language, the key of a bare term, and further rules."""

    keys: Mapping[str, SearchKey]
    bare_term: str
    rules: Mapping[str, str]


class TokenLocation(NamedTuple):
    """A location of the session token; `place` is cookie, query, header or bearer."""

    place: str
    name: str
    trimmed: bool = False
    """Whether spaces around the token are ignored."""

    @property
    def label(self) -> str:
        """Its name in reports: only the place, if the parameter has the usual name."""
        known = self.name.lower().replace("-", "_") == "coder_session_token" or self.place == "bearer"
        return self.place if known else f"{self.place} {self.name}"


class Operation(NamedTuple):
    """One operation; `path` includes the base path."""

    id: str
    method: str
    path: str
    roles: frozenset[str]
    requires_token: bool
    parameters: tuple[Mapping[str, Any], ...]
    takes_body: bool
    types: frozenset[str]
    """The media types of its responses, errors included."""


@dataclass(frozen=True)
class Contract:
    """A contract as data; `source` is its YAML, or None to write it from the data when asked for."""

    source: str | None
    document: Mapping[str, Any]

    @cached_property
    def text(self) -> str:
        return write_yaml(self.document) if self.source is None else self.source

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def merged(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        merged = dict(self.resolve(schema))
        for part in merged.pop("allOf", ()):
            merged = {**self.merged(part), **merged}
        return merged

    def schema(self, name: str) -> Mapping[str, Any]:
        schema: Mapping[str, Any] = self.document["components"]["schemas"][name]
        return schema

    def enum(self, name: str) -> tuple[str, ...]:
        return tuple(self.schema(name)["enum"])

    def json_schema(self, name: str) -> dict[str, Any]:
        """Convert a named schema to JSON Schema 2020-12, which has no `nullable`."""
        schemas = self.document["components"]["schemas"]
        definitions = {each: _to_json_schema_2020(schema) for each, schema in schemas.items()}
        return {"$ref": f"#/$defs/{name}", "$defs": definitions}

    @property
    def version(self) -> str:
        return str(self.document["info"]["version"])

    @property
    def build(self) -> str:
        """The build part of a server's version, after `+`; empty for the documented release."""
        return str(self.document.get("x-build", ""))

    @property
    def server(self) -> Mapping[str, Any]:
        """Request handling of a Coder release (`x-server`); empty for the documented release."""
        server: Mapping[str, Any] = self.document.get("x-server", {})
        return server

    @property
    def denial(self) -> Mapping[str, Any]:
        """Response of a Coder release to a write by a read-only role (status, message, detail)."""
        denial: Mapping[str, Any] = self.server.get("denied", {})
        return denial

    @property
    def rate(self) -> Mapping[str, str]:
        """What the rate limit counts by, and its headers (`x-rate`)."""
        rule: Mapping[str, str] = self.document["x-rate"]
        return rule

    @property
    def escapes_html(self) -> bool:
        """Whether JSON is encoded as Go does: HTML characters escaped, trailing newline (`x-encoding`)."""
        return bool(self.document.get("x-encoding", {}).get("html") == "escaped")

    @property
    def base_path(self) -> str:
        """The base path, without a trailing slash."""
        return str(self.document["servers"][0]["url"]).rstrip("/")

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in self._operations()}

    @cached_property
    def operations_by_path(self) -> Mapping[str, Mapping[str, Operation]]:
        """The operations of each path, by method."""
        paths: dict[str, dict[str, Operation]] = {}
        for operation in self.operations.values():
            paths.setdefault(operation.path, {})[operation.method] = operation
        return paths

    def find_operation(self, method: str, path: str) -> Operation | None:
        """Find the operation of a request, by its literal path."""
        return self.operations_by_path.get(path, {}).get(method)

    def _operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            for method in _METHODS:
                if method in methods:
                    spec = methods[method]
                    yield Operation(
                        id=spec["operationId"],
                        method=method.upper(),
                        path=self.base_path + path,
                        roles=frozenset(spec.get("x-roles", ())),
                        requires_token=spec.get("security") != [],
                        parameters=tuple(
                            self.resolve(each)
                            for each in (*methods.get("parameters", ()), *spec.get("parameters", ()))
                        ),
                        takes_body="requestBody" in spec,
                        types=frozenset(
                            media_type
                            for response in spec["responses"].values()
                            for media_type in self.resolve(response).get("content", ())
                        ),
                    )

    def example(self, operation_id: str) -> Any:
        """Return the example of an operation's 200 response."""
        operation = self.operations[operation_id]
        path = operation.path.removeprefix(self.base_path)
        responses = self.document["paths"][path][operation.method.lower()]["responses"]
        return responses["200"]["content"]["application/json"]["example"]

    def parameter(self, name: str) -> Mapping[str, Any]:
        parameter: Mapping[str, Any] = self.document["components"]["parameters"][name]
        return parameter

    @cached_property
    def token_locations(self) -> tuple[TokenLocation, ...]:
        """The locations of the token, in order of precedence."""
        schemes = self.document["components"]["securitySchemes"]
        return tuple(_token_location(schemes[name]) for name in self.document["x-token-order"])

    @cached_property
    def search(self) -> Search:
        table = self.parameter("q")["x-search"]
        keys = {name: self._search_key(name, row) for name, row in table["keys"].items()}
        rules = {name: rule for name, rule in table.items() if isinstance(rule, str)}
        return Search(keys, table["bare_term"], rules)

    def _search_key(self, name: str, row: Mapping[str, Any]) -> SearchKey:
        values = self.enum(row["schema"]) if "schema" in row else tuple(row.get("values", ()))
        return SearchKey(
            name, row["type"], row["field"], row["match"], values, "me" in row, row.get("finds", "")
        )

    @cached_property
    def search_pattern(self) -> re.Pattern[str]:
        return re.compile(self.parameter("q")["schema"]["pattern"])

    @property
    def paging(self) -> Mapping[str, Any]:
        """Page limits and the meaning of `count` (`x-paging`)."""
        paging: Mapping[str, Any] = self.document["paths"]["/audit"]["get"]["x-paging"]
        return paging

    @property
    def no_user(self) -> str:
        """`x-no-user`: detail of the 500 for a page with a log without a user; empty if it succeeds."""
        return str(self.schema("User").get("x-no-user", ""))

    @property
    def default_limit(self) -> int:
        """The page size for a missing `limit` or 0."""
        return int(self.paging["default_limit"])

    @property
    def orders_ties(self) -> bool:
        """Whether it defines the order of logs with equal time."""
        return len(self.paging["order"]) > 1

    def count(self, matching: int, shown: int) -> int:
        """Return the value of `count` for these numbers of matching logs and of logs on the page."""
        if self.paging["count"] == "of_page" and not shown:
            return 0
        return min(matching, int(self.paging.get("count_cap", matching)) + 1)


def _token_location(scheme: Mapping[str, Any]) -> TokenLocation:
    if scheme["type"] == "http":
        return TokenLocation(scheme["scheme"], "Authorization")
    return TokenLocation(scheme["in"], scheme["name"], "x-trimmed" in scheme)


def _to_json_schema_2020(node: Any) -> Any:
    if isinstance(node, list):
        return [_to_json_schema_2020(each) for each in node]
    if not isinstance(node, dict):
        return node
    modern = {name: _to_json_schema_2020(value) for name, value in node.items()}
    if modern.pop("nullable", False):
        modern["type"] = [modern["type"], "null"]
    if "$ref" in modern:
        modern["$ref"] = modern["$ref"].replace(_SCHEMAS, "#/$defs/")
    return modern


def find_contract() -> Path:
    """Return the path of `openapi.yaml`: inside the installed package, or at the root of a checkout."""
    installed = Path(__file__).parents[1] / "_spec" / "openapi.yaml"
    return installed if installed.exists() else Path(__file__).parents[2] / "openapi.yaml"


def load_contract(path: Path | None = None) -> Contract:
    """Read a contract; without a path, the project's own."""
    text = (path or find_contract()).read_text(encoding="utf-8")
    return Contract(text, read_yaml(text))
