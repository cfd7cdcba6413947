"""The scenario file, from its JSON Schema, and the scenarios that ship."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml
from markdown_text import cell, code, join, table

from auditmock.fixtures.scenarios.reader import SHIPPED

_INTRODUCTION = """
# Scenario file

A scenario is a YAML file `NAME.yaml` in the folder given by `--scenarios`.
[Write a scenario](../how-to/scenario.md) shows one. `auditmock scenario check FILE` checks a file and reports
errors with their line.
"""

_LOGS = """
## A log

Besides the fields below, an entry of `logs` takes every field of `AuditLog` in the contract. None is
required.
"""

_FAULTS = """
## A fault

An entry of `faults` is a [Fault](control-api.md#fault) of the control API.
"""

_SHIPPED = """
## Scenarios that ship

The token is the first half of the tokens that open the scenario; the second half is 22 zeros for the shared
world, or any 22 letters or digits for a world of its own.
"""


def write_scenario_file() -> str:
    """Write the fields of a file, of its parts, and the scenarios that ship."""
    schema = yaml.safe_load(
        (files("auditmock.fixtures.scenarios") / "schema.yaml").read_text(encoding="utf-8")
    )
    return join(
        _INTRODUCTION,
        "## The file",
        _fields(schema),
        "## A person",
        _fields(schema["$defs"]["person"]),
        _LOGS,
        _fields(schema["$defs"]["log"]),
        _FAULTS,
        _SHIPPED,
        table(("Scenario", "Token", "Summary"), _shipped()),
    )


def _shipped() -> Iterator[Sequence[str]]:
    for path in sorted(SHIPPED.glob("*.yaml")):
        scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield code(path.stem), code(scenario["token"]), cell(scenario["summary"])


def _fields(schema: Mapping[str, Any]) -> str:
    return table(("Field", "Value", "Default", "Meaning"), _rows(schema, ""))


def _rows(schema: Mapping[str, Any], prefix: str) -> Iterator[Sequence[str]]:
    for name, each in schema["properties"].items():
        required = " (required)" if name in schema.get("required", ()) else ""
        default = code(each["default"]) if each.get("default") not in (None, {}, []) else ""
        yield code(prefix + name) + required, _value(each), default, cell(each.get("description", ""))
        if each.get("type") == "object" and "properties" in each:
            yield from _rows(each, f"{prefix}{name}.")


def _value(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {
            "several": "list of values, or `all`",
            "person": "[person](#a-person)",
            "log": "[log](#a-log)",
        }.get(name, code(name))
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_value(schema['items'])}"
    if isinstance(kind, list):
        return " or ".join(kind)
    bounds = f" {schema.get('minimum', 0):,} to {schema['maximum']:,}" if "maximum" in schema else ""
    return f"{kind}{bounds}"
