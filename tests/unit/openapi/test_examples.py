"""Examples of the contract: each is valid, and the mock gives the same responses."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from openapi_schema_validator import OAS30Validator

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.fixtures.encoding.description import LogDescriptions
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.validation.body import FORMATS
from auditmock.openapi.contract import load_contract
from auditmock.server.state import make_state
from auditmock.settings import Settings

Node = Mapping[str, Any]

CONTRACT = load_contract()
COMPONENTS = CONTRACT.document["components"]
WRITING = CONTRACT.document["paths"]["/audit/testgenerate"]["post"]
SEARCHES = {name: each["value"] for name, each in CONTRACT.parameter("q")["examples"].items()}
BODIES = {
    name: each["value"]
    for name, each in WRITING["requestBody"]["content"]["application/json"]["examples"].items()
}

SETTINGS = Settings(logs=1)
LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
NO_LOG = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
OWNER = {"Coder-Session-Token": token_of(BuiltinUser.OWNER)}
JSON = {**OWNER, "Content-Type": "application/json"}

NOT_REQUESTABLE = {"RateLimited", "InternalError"}
"""Errors that no simple request gets from the mock."""
REQUESTS: Mapping[str, Node] = {
    "BadQuery search": {"url": f"{LIST}?q=a:b:c+resource_id:foo", "headers": OWNER},
    "BadQuery parameter": {"url": f"{LIST}?q=&limit=ten", "headers": OWNER},
    "BadBody syntax": {"url": WRITE, "content": b"{", "headers": JSON},
    "BadBody value": {"url": WRITE, "content": b'{"action": "bogus"}', "headers": JSON},
    "SignedOut nothing": {"url": LIST},
    "SignedOut suspended": {"url": LIST, "headers": {"Coder-Session-Token": token_of(BuiltinUser.SUSPENDED)}},
    "Forbidden": {"url": f"{LIST}?q=", "headers": {"Coder-Session-Token": token_of(BuiltinUser.MEMBER)}},
    "NotFound route": {"url": f"{LIST}/", "headers": OWNER},
    "NotFound cursor": {"url": f"{LIST}?q=&after_id={NO_LOG}", "headers": OWNER},
    "MethodNotAllowed": {"url": LIST, "content": b"", "headers": OWNER},
    "NotAcceptable": {"url": f"{LIST}?q=", "headers": {**OWNER, "Accept": "text/html"}},
    "TooLarge": {"url": WRITE, "content": b" " * ((1 << 20) + 1), "headers": JSON},
    "UnsupportedMediaType": {
        "url": WRITE,
        "content": b"{}",
        "headers": {**OWNER, "Content-Type": "text/plain"},
    },
}
"""A request for each response and example; requests with a body are sent with POST."""


def walk(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Visit every object of a document with its path."""
    if isinstance(node, dict):
        yield path, node
        for name, inner in node.items():
            yield from walk(inner, (*path, name))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from walk(inner, (*path, str(number)))


def examples() -> Iterator[tuple[str, Node, Any]]:
    """Yield every example: its place, schema and value."""
    for path, node in walk(CONTRACT.document):
        schema = node.get("schema", node)
        if "example" in node:
            yield "/".join((*path, "example")), schema, node["example"]
        if "schema" in node:
            for name, example in node.get("examples", {}).items():
                yield "/".join((*path, name)), schema, CONTRACT.resolve(example)["value"]


def errors() -> Iterator[tuple[str, Any]]:
    """Yield the examples of errors that a request can get."""
    for response, node in COMPONENTS["responses"].items():
        media_type = node["content"]["application/json"]
        if "example" in media_type and response not in NOT_REQUESTABLE:
            yield response, media_type["example"]
        for name, example in media_type.get("examples", {}).items():
            yield f"{response} {name}", example["value"]


EXAMPLES = {place: (schema, value) for place, schema, value in examples()}
ERRORS = dict(errors())


@pytest.fixture(scope="module")
def app() -> App:
    """Make a mock."""
    return create_app(SETTINGS)


@pytest.fixture(scope="module")
def member() -> str:
    """Return the username of the member in this mock; the contract calls her carol."""
    return make_state(SETTINGS, int).tokens.open_session(token_of(BuiltinUser.MEMBER).encode()).username


def send_request(app: App, request: Node) -> httpx.Response:
    """Send a request to a mock in this process."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mock") as client:
            return await client.request("POST" if "content" in request else "GET", **request)

    return asyncio.run(send())


@pytest.mark.parametrize("place", EXAMPLES)
def test_example_is_valid(place: str) -> None:
    """Each example is valid against its schema, including formats."""
    schema, value = EXAMPLES[place]
    validator = OAS30Validator({**schema, "components": COMPONENTS}, format_checker=FORMATS)

    assert [error.message for error in validator.iter_errors(value)] == []


def test_every_error_example_has_a_request() -> None:
    """There is a request for each error example."""
    assert REQUESTS.keys() == ERRORS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_mock_gives_the_error_example(app: App, member: str, name: str) -> None:
    """The response to each request is its example."""
    text = send_request(app, REQUESTS[name]).text.replace(member, "carol")

    assert orjson.loads(text) == ERRORS[name]


@pytest.mark.parametrize("name", SEARCHES)
def test_search_example_is_accepted(app: App, name: str) -> None:
    """Each example of `q` gets a 200."""
    request = {"url": LIST, "params": {"q": SEARCHES[name]}, "headers": OWNER}

    assert send_request(app, request).status_code == 200


@pytest.mark.parametrize("name", BODIES)
def test_body_example_is_accepted(app: App, name: str) -> None:
    """Each example of a new log gets a 204."""
    request = {"url": WRITE, "content": orjson.dumps(BODIES[name]), "headers": JSON}

    assert send_request(app, request).status_code == 204


def test_link_finds_the_new_log(app: App) -> None:
    """The search of the link from POST to GET finds the new log."""
    link = WRITING["responses"]["204"]["links"]["Written"]
    search = link["parameters"]["q"].replace("{$request.body#/resource_id}", NO_LOG)

    send_request(app, {"url": WRITE, "content": orjson.dumps({"resource_id": NO_LOG}), "headers": JSON})
    found = send_request(app, {"url": LIST, "params": {"q": search}, "headers": OWNER}).json()

    assert link["operationId"] == "get-audit-logs"
    assert [log["resource_id"] for log in found["audit_logs"]] == [NO_LOG]


@pytest.mark.parametrize(
    "preset",
    [
        "resource_type:workspace action:create",
        "resource_type:template action:create",
        "resource_type:user action:create",
        "resource_type:template action:delete",
        "resource_type:user action:delete",
    ],
)
def test_preset_filters_are_examples(preset: str) -> None:
    """The five presets of Coder's audit page are examples of `q` (reference 14.1)."""
    assert preset in SEARCHES.values()


@pytest.mark.parametrize(
    "log", COMPONENTS["examples"]["Page"]["value"]["audit_logs"], ids=lambda log: log["resource_type"]
)
def test_example_logs_have_their_description(log: Node) -> None:
    """The descriptions of the example logs follow from `x-description`."""
    build_number = log["additional_fields"].get("build_number", "")

    assert log["description"] == LogDescriptions(CONTRACT).describe(
        log["action"], log["resource_type"], build_number
    )


def test_build_version_is_the_example(app: App) -> None:
    """The mock sends the build version of the contract's example."""
    headers = send_request(app, REQUESTS["SignedOut nothing"]).headers

    assert headers["X-Coder-Build-Version"] == COMPONENTS["headers"]["BuildVersion"]["example"]
