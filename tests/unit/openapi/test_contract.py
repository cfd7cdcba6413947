"""Rules of the contract's reader: what the code sees is what `openapi.yaml` says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from auditmock.openapi.contract import Contract, TokenLocation, find_contract, load_contract

CONTRACT = load_contract()
TABLE = CONTRACT.parameter("q")["x-search"]


def contract_of(**document: Any) -> Contract:
    """Make a contract of nothing but what a rule is about."""
    return Contract("", document)


def test_the_contract_is_kept_as_written() -> None:
    """The text is that of the file, byte for byte, and the document is what it means."""
    written = find_contract().read_bytes()

    assert CONTRACT.text.encode() == written
    assert CONTRACT.document == yaml.safe_load(written)


def test_another_contract_can_be_read(tmp_path: Path) -> None:
    """A path of one's own is read instead."""
    path = tmp_path / "other.yaml"
    path.write_text("info: {version: v9}", encoding="utf-8")

    assert load_contract(path).version == "v9"


def test_the_contract_of_a_checkout_is_at_its_root() -> None:
    """In a checkout the contract is the one at the root."""
    assert find_contract().samefile(Path(__file__).parents[3] / "openapi.yaml")


def test_references_are_followed_to_their_end() -> None:
    """A `$ref` to a `$ref` leads to what the last one names."""
    contract = contract_of(components={"a": {"$ref": "#/components/b"}, "b": {"type": "string"}})

    assert contract.resolve({"$ref": "#/components/a"}) == {"type": "string"}


def test_what_is_no_reference_is_itself() -> None:
    """A node without a `$ref` resolves to itself."""
    node = {"type": "string"}

    assert CONTRACT.resolve(node) is node


def test_a_schema_goes_before_its_parts() -> None:
    """A schema is merged with those of its `allOf`, and what it says itself counts."""
    contract = contract_of(part={"type": "string", "default": "a", "enum": ["a", "b"]})

    whole = contract.merged({"allOf": [{"$ref": "#/part"}], "default": "b"})

    assert whole == {"type": "string", "default": "b", "enum": ["a", "b"]}


def test_a_default_of_the_body_stays_with_its_enumeration() -> None:
    """The action of a new log has its values from the enumeration and its default from the field."""
    field = CONTRACT.schema("CreateTestAuditLogRequest")["properties"]["action"]

    whole = CONTRACT.merged(field)

    assert (whole["default"], tuple(whole["enum"])) == ("write", CONTRACT.enum("AuditAction"))


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
def test_operations_are_read_whole(  # noqa: PLR0913 - a row of the table
    name: str, method: str, path: str, roles: set[str], parameters: list[str], *, takes_body: bool
) -> None:
    """Each operation has its method, its whole path, its roles, its parameters resolved, and its body."""
    operation = CONTRACT.operations[name]

    assert (operation.id, operation.method, operation.path) == (name, method, path)
    assert operation.roles == roles
    assert [parameter["name"] for parameter in operation.parameters] == parameters
    assert operation.takes_body == takes_body


def test_there_are_no_other_operations() -> None:
    """The contract has the two operations and no third."""
    assert set(CONTRACT.operations) == {"get-audit-logs", "generate-fake-audit-logs"}


def test_token_locations_come_in_the_order_of_the_contract() -> None:
    """The token is looked for in the places of `security`, first to last."""
    assert CONTRACT.token_locations == (
        TokenLocation("cookie", "coder_session_token"),
        TokenLocation("query", "coder_session_token"),
        TokenLocation("header", "Coder-Session-Token"),
    )


def test_search_keys_are_the_rows_of_the_table() -> None:
    """Each row of `x-search` is a key, in order, with its type, field and match."""
    rows = {
        key.name: {"type": key.type, "field": key.field, "match": key.match}
        for key in CONTRACT.search.keys.values()
    }

    assert list(rows) == list(TABLE["keys"])
    assert all(row.items() <= TABLE["keys"][name].items() for name, row in rows.items())


@pytest.mark.parametrize("name", [name for name, row in TABLE["keys"].items() if "schema" in row])
def test_a_search_key_takes_the_values_of_its_schema(name: str) -> None:
    """A key that names an enumeration has its values."""
    assert CONTRACT.search.keys[name].values == CONTRACT.enum(TABLE["keys"][name]["schema"])


def test_a_search_key_may_list_its_values() -> None:
    """A key without an enumeration of its own has the values of its row."""
    assert CONTRACT.search.keys["build_reason"].values == ("initiator", "autostart", "autostop")


def test_only_the_username_knows_me() -> None:
    """`me` stands for the caller in one key."""
    assert [key.name for key in CONTRACT.search.keys.values() if key.me] == ["username"]


def test_the_bare_term_is_the_contracts() -> None:
    """A word without a key belongs to the key the table names."""
    assert CONTRACT.search.bare_term == "resource_type"


def test_the_base_path_has_no_slash_at_its_end() -> None:
    """Paths can be appended to the base path as they are."""
    assert contract_of(servers=[{"url": "/api/v2/"}]).base_path == CONTRACT.base_path == "/api/v2"


def test_the_default_limit_is_the_contracts() -> None:
    """The limit of a page that names none is the one of `x-paging`, and of the parameter's schema."""
    assert CONTRACT.default_limit == CONTRACT.parameter("limit")["schema"]["default"] == 100


def test_the_version_is_a_release_of_coder() -> None:
    """The contract says which release it describes."""
    assert CONTRACT.version == "v0.14.3"
