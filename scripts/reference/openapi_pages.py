"""The control API, from its OpenAPI document."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_text import cell, code, join, sentence, table

from auditmock.server.control_app import load_control_document

_METHODS = ("get", "put", "post", "delete", "patch")
_COMMON: Mapping[str, str] = {
    "400": "BadRequest",
    "403": "Closed",
    "405": "MethodNotAllowed",
    "406": "NotAcceptable",
    "413": "TooLarge",
    "415": "UnsupportedMediaType",
}
"""Errors that are described once, by status; the names of their responses."""


def write_control_api() -> str:
    """Write the operations by tag, then the schemas."""
    document = load_control_document().document
    tags = (_tag(document, tag) for tag in document["tags"])
    schemas = (_schema(document, name) for name in document["components"]["schemas"])
    return join(
        "# Control API",
        document["info"]["description"],
        f"All paths begin with {code(document['servers'][0]['url'])}. A running mock serves the document at "
        "`/_mock/openapi.yaml` and `/_mock/openapi.json`.",
        _common(document),
        *tags,
        "## Schemas",
        *schemas,
    )


def _common(document: Mapping[str, Any]) -> str:
    responses = document["components"]["responses"]
    rows = [(code(status), cell(responses[name]["description"])) for status, name in _COMMON.items()]
    return join("These errors are common to all operations:", table(("Status", "Meaning"), rows))


def _tag(document: Mapping[str, Any], tag: Mapping[str, str]) -> str:
    operations = (
        _operation(document, method, path, item)
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item and tag["name"] in item[method]["tags"]
    )
    return join(f"## {tag['name']}", sentence(tag.get("description", "")), *operations)


def _operation(document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any]) -> str:
    operation = item[method]
    parameters = [
        _resolve(document, each) for each in [*item.get("parameters", ()), *operation.get("parameters", ())]
    ]
    return join(
        f"### {method.upper()} {path}",
        sentence(operation["summary"]),
        operation.get("description", ""),
        table(
            ("Parameter", "In", "Type", "Meaning"), (_parameter_row(document, each) for each in parameters)
        ),
        _body(document, operation),
        _responses(document, operation),
    )


def _parameter_row(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> tuple[str, str, str, str]:
    schema = parameter.get("schema", {})
    name = code(parameter["name"]) + (
        " (required)" if parameter.get("required") and parameter["in"] == "query" else ""
    )
    return name, parameter["in"], _type(document, schema), cell(parameter.get("description", ""))


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    content = operation["requestBody"]["content"]["application/json"]
    example = f"```json\n{json.dumps(content['example'])}\n```" if "example" in content else ""
    return join(
        f"Body: {_type(document, content['schema'])}.", _properties(document, content["schema"]), example
    )


def _responses(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    rows = [
        (code(status), cell(response["description"]), _answer(document, response))
        for status, one in operation["responses"].items()
        if status not in _COMMON
        for response in [_resolve(document, one)]
    ]
    return table(("Status", "Meaning", "Body"), rows)


def _answer(document: Mapping[str, Any], response: Mapping[str, Any]) -> str:
    return ", ".join(
        _type(document, each["schema"]) if kind == "application/json" else code(kind)
        for kind, each in response.get("content", {}).items()
    )


def _schema(document: Mapping[str, Any], name: str) -> str:
    schema = document["components"]["schemas"][name]
    return join(f"### {name}", schema.get("description", ""), _properties(document, schema))


def _properties(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    return table(("Field", "Type", "Meaning"), _property_rows(document, schema, ""))


def _property_rows(
    document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str
) -> Iterator[Sequence[str]]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        # without `required`, an object that the server sends
        optional = "" if name in required or prefix else " (optional)" if required else ""
        yield code(prefix + name) + optional, _type(document, each), cell(each.get("description", ""))
        inner = each.get("items", each) if each.get("type") in {"object", "array"} else {}
        if "$ref" not in inner:
            yield from _property_rows(document, inner, f"{prefix}{name}{'[]' if 'items' in each else ''}.")


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Name the type of a schema, with a link if it has a section."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return (
            f"[{name}](#{name.lower()})"
            if "/schemas/" in schema["$ref"]
            else _type(document, _resolve(document, schema))
        )
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(document, schema.get('items', {}))}"
    return cell(_scalar(schema))


def _scalar(schema: Mapping[str, Any]) -> str:
    name = {"date-time": "time"}.get(schema.get("format", ""), schema.get("type", "any"))
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = "" if high is None else f" {low or 0:,} to {high:,}"
    default = f", default `{schema['default']}`" if schema.get("default") else ""
    return f"{name}{bounds}{default}"


def _resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: Mapping[str, Any] = found
    return resolved
