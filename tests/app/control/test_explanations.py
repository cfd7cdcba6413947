"""Explanations: each of a rejected request names the rule and, if there is one, a suggestion."""

from typing import Any

import pytest
from asgi_requests import LIST, OWNER, WRITE, Call, ask, listing, writing
from jsonschema import Draft202012Validator

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.explain.errors import ContractPointers
from auditmock.openapi.releases import list_releases, open_release
from auditmock.server.control_app import load_control_document
from auditmock.settings import Settings

HOST = ((b"host", b"localhost"),)
MEMBER, SUSPENDED = token_of(BuiltinUser.MEMBER), token_of(BuiltinUser.SUSPENDED)
ODD = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
CALLS = {
    "two colons": listing("q=a:b:c+action:create&limit=1"),
    "a bad date": listing("q=date_from:2025-1-5"),
    "a bad id": listing("q=resource_id:x&offset=2"),
    "dates in disorder": listing("q=date_from:2025-02-02+date_to:2025-01-01"),
    "a bad limit": listing("q=&limit=ten&offset=1"),
    "a negative limit": listing("q=&limit=-1"),
    "a parameter twice": listing("q=&limit=1&limit=2"),
    "an unknown parameter": listing("q=&size=3"),
    "no q": listing("limit=3"),
    "a bad cursor": listing("q=&after_id=x"),
    "an unknown cursor": listing(f"q=&after_id={ODD}"),
    "no token": listing("q=", ""),
    "a bad token": listing("q=", "x-y-z"),
    "somebody suspended": listing("q=", SUSPENDED),
    "a member": listing("q=", MEMBER),
    "a member who writes": writing({}, MEMBER),
    "no such path": Call("GET", f"{LIST}s", b"q=", (*HOST, (b"coder-session-token", OWNER.encode()))),
    "no such method": Call("DELETE", LIST, b"", (*HOST, (b"coder-session-token", OWNER.encode()))),
    "nothing acceptable": listing("q=", accept="text/html"),
    "a bad body": writing({"action": "bogus"}),
    "no JSON": Call("POST", WRITE, b"", writing({}).headers, (b"{",)),
    "another type": writing({}, content_type="text/plain"),
    "a foreign page": Call(
        "OPTIONS", LIST, b"", ((b"origin", b"http://example.com"), (b"access-control-request-method", b"GET"))
    ),
}
every_call = pytest.mark.parametrize("name", CALLS)
every_release = pytest.mark.parametrize("release", list_releases())
CONTROL = load_control_document()


@pytest.fixture(scope="module", params=list_releases())
def release(request: pytest.FixtureRequest) -> str:
    """Give the name of each release."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def app(release: str) -> App:
    """Give a mock of the release."""
    return create_app(Settings(release=release, logs=50), lambda: 0)


def explain(app: App, call: Call) -> tuple[int, Any]:
    """Send a request and ask how it was understood."""
    answer = ask(app, call)
    number = answer.header("x-mock-request")
    return answer.status, ask(app, Call("GET", f"/_mock/requests/{number}", b"", HOST)).json()


@every_call
def test_every_explanation_keeps_its_schema(app: App, name: str) -> None:
    """An explanation is what the document of the control API says."""
    _, told = explain(app, CALLS[name])

    Draft202012Validator(CONTROL.json_schema("Explanation")).validate(told)


@every_call
def test_every_error_names_a_rule(app: App, release: str, name: str) -> None:
    """A refused request has message and rule, a place that is in the contract of its release."""
    status, told = explain(app, CALLS[name])
    error = told["error"]

    assert bool(error) == (status >= 400)
    if error:
        assert error["message"]
        assert ContractPointers(open_release(release)).exists_in_contract(error["rule"])


@every_call
def test_every_suggestion_is_taken(app: App, name: str) -> None:
    """The nearest valid request, where one is named, is answered well."""
    _, told = explain(app, CALLS[name])
    path, _, query = told["error"].get("suggestion", f"{LIST}?q=").partition("?")
    call = listing(query) if path == LIST else writing({})

    assert ask(app, call._replace(path=path)).status in {200, 204}


RULES = [
    ("two colons", "#/components/parameters/q/schema/pattern"),
    ("a bad date", "#/components/parameters/q/x-search/keys/date_from"),
    ("a bad limit", "#/components/parameters/limit/schema"),
    ("an unknown parameter", "#/paths/~1audit/get/responses/400"),
    ("an unknown cursor", "#/paths/~1audit/get/x-paging/cursor"),
    ("no token", "#/x-token-order"),
    ("a member", "#/paths/~1audit/get/x-roles"),
    ("no such path", "#/paths"),
    ("no such method", "#/paths/~1audit"),
    ("nothing acceptable", "#/paths/~1audit/get/responses/406"),
    ("a bad body", "#/components/schemas/CreateTestAuditLogRequest/properties/action"),
]


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_the_rule_is_the_one(name: str, rule: str) -> None:
    """The rule is the very place of the contract that says so."""
    _, told = explain(create_app(Settings(logs=5), lambda: 0), CALLS[name])

    assert told["error"]["rule"] == rule


CURES = [
    ("two colons", f"{LIST}?q=a:%22b:c%22+action:create&limit=1"),
    ("a bad limit", f"{LIST}?q=&offset=1"),
    ("an unknown parameter", f"{LIST}?q="),
    ("no q", f"{LIST}?q=&limit=3"),
    ("no such path", f"{LIST}?q="),
]


@pytest.mark.parametrize(("name", "suggestion"), CURES)
def test_the_suggestion_is_near(name: str, suggestion: str) -> None:
    """The suggestion keeps what was right."""
    _, told = explain(create_app(Settings(logs=5), lambda: 0), CALLS[name])

    assert told["error"]["suggestion"] == suggestion


TOKENS = [
    (listing("q="), "header", "Valid token of vernon-doyle."),
    (listing("q=", "", cookie=f"coder_session_token={OWNER}"), "cookie", "Valid token of vernon-doyle."),
    (listing("q=", ""), "", 'Cookie "coder_session_token" or query parameter must be provided. '),
    (listing("q=", SUSPENDED), "header", 'User is not active (status = "suspended").'),
]


@pytest.mark.parametrize(("call", "location", "result"), TOKENS)
def test_the_token_is_told(call: Call, location: str, result: str) -> None:
    """Where the token was found and what came of it."""
    _, told = explain(create_app(Settings(logs=5), lambda: 0), call)

    assert told["token"]["location"] == location
    assert told["token"]["result"].startswith(result)


@pytest.mark.parametrize(
    ("release", "query", "hint"),
    [
        ("v0.14", f"q=&limit=1&after_id={ODD}", "This release validates after_id but does not use it."),
        ("v0.14", "q=", "Without limit, "),
        ("v0.14", "q=&limit=1&size=3", 'Unknown query param "size" is ignored.'),
        ("v2.35", f"q=&after_id={ODD}", "This release validates after_id but does not use it."),
    ],
)
def test_what_a_deployed_server_leaves_out_is_told(release: str, query: str, hint: str) -> None:
    """Parameters that a deployed release silently ignores have a hint."""
    status, told = explain(create_app(Settings(release=release, logs=5), lambda: 0), listing(query))

    assert status == 200
    assert told["search"]["hints"][0].startswith(hint)
