"""`openapi.yaml`: it is valid and complete."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import connexion
import httpx
import pytest
from connexion.resolver import Resolver
from openapi_spec_validator import OpenAPIV30SpecValidator

from auditmock.core.constants import (
    BUILD_VERSION_HEADER,
    HINT_HEADER,
    MOCK_REQUEST_HEADER,
    REQUEST_ID_HEADER,
    USER_AGENT_LIMIT,
)
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
DOCUMENT = CONTRACT.document
COMPONENTS = DOCUMENT["components"]
SCHEMAS = COMPONENTS["schemas"]
LISTING = DOCUMENT["paths"]["/audit"]["get"]
WRITING = DOCUMENT["paths"]["/audit/testgenerate"]["post"]
ERRORS = {"400", "401", "403", "404", "405", "406", "413", "429", "500"}
Node = Mapping[str, Any]


def properties() -> Iterator[tuple[str, Node]]:
    """Yield every property of every schema, resolved."""
    for schema, node in SCHEMAS.items():
        for name, prop in node.get("properties", {}).items():
            yield f"{schema}.{name}", CONTRACT.resolve(prop)


PROPERTIES = dict(properties())
REFERENCES = set(re.findall(r"'(#/components/[\w/-]+)'", CONTRACT.text))
RESPONSES = {
    f"{method} {status}": CONTRACT.resolve(response)
    for method, operation in (("GET", LISTING), ("POST", WRITING))
    for status, response in operation["responses"].items()
}
ERROR_RESPONSES = {
    name: response for name, response in RESPONSES.items() if name not in {"GET 200", "POST 204"}
}


def test_document_is_valid_openapi() -> None:
    """The document is valid OpenAPI 3.0.4."""
    assert DOCUMENT["openapi"] == "3.0.4"
    assert not list(OpenAPIV30SpecValidator(dict(DOCUMENT)).iter_errors())


def test_connexion_loads_the_document() -> None:
    """Connexion loads the document and routes to its two operations."""
    requested: set[str] = set()

    def resolve(operation_id: str) -> Callable[[], None]:
        requested.add(operation_id)
        return lambda: None

    async def get(path: str) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            return (await client.get(path)).status_code

    app = connexion.AsyncApp("contract")
    app.add_api(dict(DOCUMENT), resolver=Resolver(resolve))

    assert asyncio.run(get("/api/v2/audit")) == 401
    assert requested == set(CONTRACT.operations)


def test_operations_match_the_published_page() -> None:
    """Path, method, id and tag match the published page (reference 17)."""
    operations = {
        (path, method): (operation["operationId"], operation["tags"])
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }

    assert operations == {
        ("/audit", "get"): ("get-audit-logs", ["Audit"]),
        ("/audit/testgenerate", "post"): ("generate-fake-audit-logs", ["Audit"]),
    }


def test_references_exist() -> None:
    """Each `$ref` points to a part of the document."""
    assert all(CONTRACT.resolve({"$ref": reference}) for reference in REFERENCES)


def test_every_component_is_used() -> None:
    """Each component is referenced; security schemes by name."""
    named = {f"#/components/{kind}/{name}" for kind, group in COMPONENTS.items() for name in group}
    schemes = {f"#/components/securitySchemes/{name}" for need in DOCUMENT["security"] for name in need}

    assert named - REFERENCES - schemes == set()


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [(LISTING, {"200"} | ERRORS), (WRITING, {"204", "415"} | ERRORS)],
    ids=["GET", "POST"],
)
def test_statuses_are_listed(operation: Node, statuses: set[str]) -> None:
    """Each operation lists its statuses and no `default`."""
    assert set(operation["responses"]) == statuses


@pytest.mark.parametrize("name", RESPONSES)
def test_responses_have_both_headers(name: str) -> None:
    """Each response has the request id and the build version."""
    headers = RESPONSES[name]["headers"]

    assert {REQUEST_ID_HEADER, BUILD_VERSION_HEADER} <= set(headers)
    assert all(
        CONTRACT.resolve(headers[each])["required"] for each in (REQUEST_ID_HEADER, BUILD_VERSION_HEADER)
    )


@pytest.mark.parametrize(
    ("header", "responses"),
    [
        (HINT_HEADER, {"GET 200"}),
        (MOCK_REQUEST_HEADER, set(RESPONSES)),
        ("Allow", {"GET 405", "POST 405"}),
        ("Retry-After", {"GET 429", "POST 429"}),
    ],
)
def test_header_is_on_its_responses(header: str, responses: set[str]) -> None:
    """A header of some responses is on exactly those."""
    assert {name for name, response in RESPONSES.items() if header in response["headers"]} == responses


@pytest.mark.parametrize("name", ERROR_RESPONSES)
def test_error_has_the_envelope(name: str) -> None:
    """Each error has a `Response` body and an example."""
    (media_type,) = ERROR_RESPONSES[name]["content"].values()

    assert media_type["schema"] == {"$ref": "#/components/schemas/Response"}
    assert "example" in media_type or "examples" in media_type


def test_204_has_no_body() -> None:
    """A 204 has no body."""
    assert "content" not in WRITING["responses"]["204"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("AuditAction", "create write delete start stop"),
        (
            "ResourceType",
            "organization template template_version user workspace workspace_build git_ssh_key api_key group",
        ),
        ("UserStatus", "active suspended"),
    ],
)
def test_enums_match_the_published_page(name: str, values: str) -> None:
    """Each enum has the values of the published page, in order (reference 11)."""
    assert CONTRACT.enum(name) == tuple(values.split())


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        ("AuditLogResponse", "audit_logs count"),
        (
            "AuditLog",
            """id request_id time organization_id ip user_agent resource_type resource_id resource_target
            resource_icon action diff status_code additional_fields description resource_link is_deleted
            user""",
        ),
        ("AuditDiffField", "old new secret"),
        ("User", "id username email created_at last_seen_at status organization_ids roles avatar_url"),
        ("Role", "name display_name"),
        ("CreateTestAuditLogRequest", "action resource_type resource_id time"),
        ("Response", "message detail validations"),
        ("ValidationError", "field detail"),
    ],
)
def test_schema_fields_match_coder(schema: str, fields: str) -> None:
    """Each schema has Coder's fields in Coder's order (reference 7, 10, 12)."""
    assert list(SCHEMAS[schema]["properties"]) == fields.split()


@pytest.mark.parametrize("name", [name for name in PROPERTIES if re.search(r"(\.|_)id$", name)])
def test_ids_are_uuids(name: str) -> None:
    """Every id is a UUID."""
    assert PROPERTIES[name]["format"] == "uuid"


@pytest.mark.parametrize("name", [name for name in PROPERTIES if re.search(r"\.time$|_at$", name)])
def test_times_are_rfc_3339(name: str) -> None:
    """Every time is RFC 3339."""
    assert PROPERTIES[name]["format"] == "date-time"


@pytest.mark.parametrize(("name", "kind"), [("additional_fields", "object"), ("ip", "string")])
def test_types_are_corrected(name: str, kind: str) -> None:
    """Types that the published page has wrong are as the server sends them (reference 17)."""
    assert PROPERTIES[f"AuditLog.{name}"]["type"] == kind
    assert "minLength" not in PROPERTIES[f"AuditLog.{name}"]


def test_nullable_fields() -> None:
    """Only additional fields, the user and the user's organizations are nullable."""
    assert {name for name, prop in PROPERTIES.items() if prop.get("nullable")} == {
        "AuditLog.additional_fields",
        "AuditLog.user",
        "User.organization_ids",
    }


def test_diff_requires_secret_only() -> None:
    """Only `secret` is required in a diff field."""
    assert SCHEMAS["AuditDiffField"]["required"] == ["secret"]


def test_fields_of_a_new_log_are_optional() -> None:
    """The body of testgenerate is required, may be empty, and has no other fields."""
    body = SCHEMAS["CreateTestAuditLogRequest"]

    assert WRITING["requestBody"]["required"]
    assert "required" not in body
    assert body["additionalProperties"] is False


@pytest.mark.parametrize(
    "word", ["additional_fields", "old", "new", "ip", "user", "organization_ids", "UUID", "RFC 3339", "limit"]
)
def test_corrections_are_described(word: str) -> None:
    """The description names the corrections to the published page."""
    _, said = DOCUMENT["info"]["description"].split("## Corrections to the published page")

    assert re.search(rf"\b{word}\b", said)


def test_user_agent_limit_is_documented() -> None:
    """The maximum length of a user agent is the server's limit and is described."""
    field = PROPERTIES["AuditLog.user_agent"]

    assert field["maxLength"] == USER_AGENT_LIMIT
    assert f"{USER_AGENT_LIMIT} characters" in field["description"]


@pytest.mark.parametrize(
    ("name", "required", "schema"),
    [
        ("q", True, {"type": "string"}),
        ("after_id", False, {"type": "string", "format": "uuid"}),
        ("limit", False, {"type": "integer", "minimum": 0, "maximum": 2147483647, "default": 100}),
        ("offset", False, {"type": "integer", "minimum": 0, "maximum": 2147483647, "default": 0}),
    ],
)
def test_parameters_match_the_published_page(name: str, required: bool, schema: Node) -> None:  # noqa: FBT001
    """Each parameter has the type and bounds of the published page."""
    parameter = CONTRACT.parameter(name)

    assert parameter.get("required", False) == required
    assert parameter["schema"].items() >= schema.items()


def test_search_table_has_known_terms() -> None:
    """`x-search` uses only terms that the parser implements; `test_search` tests them."""
    table = CONTRACT.parameter("q")["x-search"]

    assert (table["bare_term"], table["duplicates"], table["unknown"]) == ("resource_type", "last", "ignored")
    assert {key.type for key in CONTRACT.search.keys.values()} == {"enum", "uuid", "text", "date"}
    assert {key.match for key in CONTRACT.search.keys.values()} == {"equal", "not_before", "not_after"}


def test_search_keys_have_log_fields() -> None:
    """Each search key names a field of a log or an additional field."""
    fields = {key.field for key in CONTRACT.search.keys.values()}
    known = {name.removeprefix("AuditLog.") for name in PROPERTIES if name.startswith("AuditLog.")}

    assert {field.split(".")[0] for field in fields} <= known
    assert {field.removeprefix("user.") for field in fields if field.startswith("user.")} <= set(
        SCHEMAS["User"]["properties"]
    )
