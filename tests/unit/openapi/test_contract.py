"""Reader of the contract: it returns what `openapi.yaml` says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from auditmock.openapi.contract import Contract, TokenLocation, find_contract, load_contract

CONTRACT = load_contract()
TABLE = CONTRACT.parameter("q")["x-search"]


def contract_of(**document: Any) -> Contract:
    """Make a contract with these members only."""
    return Contract("", document)


def test_text_is_the_file() -> None:
    """The text is the file byte for byte, and the document its content."""
    written = find_contract().read_bytes()

    assert CONTRACT.text.encode() == written
    assert CONTRACT.document == yaml.safe_load(written)


def test_other_contract_can_be_loaded(tmp_path: Path) -> None:
    """Another path can be loaded."""
    path = tmp_path / "other.yaml"
    path.write_text("info: {version: v9}", encoding="utf-8")

    assert load_contract(path).version == "v9"


def test_contract_of_a_checkout_is_at_its_root() -> None:
    """In a checkout the contract is at the root."""
    assert find_contract().samefile(Path(__file__).parents[3] / "openapi.yaml")


def test_references_are_resolved_recursively() -> None:
    """A `$ref` to a `$ref` is resolved."""
    contract = contract_of(components={"a": {"$ref": "#/components/b"}, "b": {"type": "string"}})

    assert contract.resolve({"$ref": "#/components/a"}) == {"type": "string"}


def test_other_nodes_resolve_to_themselves() -> None:
    """A node without a `$ref` resolves to itself."""
    node = {"type": "string"}

    assert CONTRACT.resolve(node) is node


def test_schema_overrides_its_parts() -> None:
    """A schema is merged with its `allOf` and overrides it."""
    contract = contract_of(part={"type": "string", "default": "a", "enum": ["a", "b"]})

    merged = contract.merged({"allOf": [{"$ref": "#/part"}], "default": "b"})

    assert merged == {"type": "string", "default": "b", "enum": ["a", "b"]}


def test_body_field_has_default_and_enum() -> None:
    """The action of a new log has its enum values and its default."""
    field = CONTRACT.schema("CreateTestAuditLogRequest")["properties"]["action"]

    merged = CONTRACT.merged(field)

    assert (merged["default"], tuple(merged["enum"])) == ("write", CONTRACT.enum("AuditAction"))


@pytest.mark.parametrize(
    ("name", "method", "path", "roles", "parameters", "takes_body"),
    [
        (
            "get-audit-logs",
            "GET",
            "/api/v2/audit",
            {"owner", "auditor"},
            ["q", "after_id", "limit", "offset"],
            False,
        ),
        ("generate-fake-audit-logs", "POST", "/api/v2/audit/testgenerate", {"owner"}, [], True),
    ],
)
def test_operation_is_read_completely(  # noqa: PLR0913 - a row of the table
    name: str, method: str, path: str, roles: set[str], parameters: list[str], *, takes_body: bool
) -> None:
    """An operation has method, path, roles, resolved parameters and body."""
    operation = CONTRACT.operations[name]

    assert (operation.id, operation.method, operation.path) == (name, method, path)
    assert operation.roles == roles
    assert [parameter["name"] for parameter in operation.parameters] == parameters
    assert operation.takes_body == takes_body


def test_there_are_no_other_operations() -> None:
    """The contract has exactly two operations."""
    assert set(CONTRACT.operations) == {"get-audit-logs", "generate-fake-audit-logs"}


def test_token_locations_are_in_order() -> None:
    """Token locations have the order of `security`."""
    assert CONTRACT.token_locations == (
        TokenLocation("cookie", "coder_session_token"),
        TokenLocation("query", "coder_session_token"),
        TokenLocation("header", "Coder-Session-Token"),
    )


def test_search_keys_match_the_table() -> None:
    """Each row of `x-search` is a key, in order, with its type, field and match."""
    rows = {
        key.name: {"type": key.type, "field": key.field, "match": key.match}
        for key in CONTRACT.search.keys.values()
    }

    assert list(rows) == list(TABLE["keys"])
    assert all(row.items() <= TABLE["keys"][name].items() for name, row in rows.items())


@pytest.mark.parametrize("name", [name for name, row in TABLE["keys"].items() if "schema" in row])
def test_search_key_has_the_values_of_its_schema(name: str) -> None:
    """A key with an enum schema has its values."""
    assert CONTRACT.search.keys[name].values == CONTRACT.enum(TABLE["keys"][name]["schema"])


def test_search_key_can_list_its_values() -> None:
    """A key without a schema has the values of its row."""
    assert CONTRACT.search.keys["build_reason"].values == ("initiator", "autostart", "autostop")


def test_only_username_accepts_me() -> None:
    """`me` is the caller for one key only."""
    assert [key.name for key in CONTRACT.search.keys.values() if key.me] == ["username"]


def test_bare_term_follows_the_contract() -> None:
    """A word without a key belongs to the contract's key."""
    assert CONTRACT.search.bare_term == "resource_type"


def test_base_path_has_no_trailing_slash() -> None:
    """Paths can be appended to the base path."""
    assert contract_of(servers=[{"url": "/api/v2/"}]).base_path == CONTRACT.base_path == "/api/v2"


def test_default_limit_follows_the_contract() -> None:
    """The default limit is that of `x-paging` and of the parameter's schema."""
    assert CONTRACT.default_limit == CONTRACT.parameter("limit")["schema"]["default"] == 100


def test_version_is_a_release_of_coder() -> None:
    """The contract names the described release."""
    assert CONTRACT.version == "v0.14.3"
