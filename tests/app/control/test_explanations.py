"""Explanations of requests: a rejected request has the rule and, if possible, a suggestion."""

from typing import Any

import pytest
from asgi_requests import LIST, OWNER, WRITE, Call, listing, send_request, writing
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
UNKNOWN_ID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
CALLS = {
    "two colons": listing("q=a:b:c+action:create&limit=1"),
    "invalid date": listing("q=date_from:2025-1-5"),
    "invalid id": listing("q=resource_id:x&offset=2"),
    "reversed dates": listing("q=date_from:2025-02-02+date_to:2025-01-01"),
    "invalid limit": listing("q=&limit=ten&offset=1"),
    "negative limit": listing("q=&limit=-1"),
    "repeated parameter": listing("q=&limit=1&limit=2"),
    "unknown parameter": listing("q=&size=3"),
    "no q": listing("limit=3"),
    "invalid cursor": listing("q=&after_id=x"),
    "unknown cursor": listing(f"q=&after_id={UNKNOWN_ID}"),
    "no token": listing("q=", ""),
    "invalid token": listing("q=", "x-y-z"),
    "suspended user": listing("q=", SUSPENDED),
    "member": listing("q=", MEMBER),
    "member writes": writing({}, MEMBER),
    "unknown path": Call("GET", f"{LIST}s", b"q=", (*HOST, (b"coder-session-token", OWNER.encode()))),
    "unknown method": Call("DELETE", LIST, b"", (*HOST, (b"coder-session-token", OWNER.encode()))),
    "nothing acceptable": listing("q=", accept="text/html"),
    "invalid body": writing({"action": "bogus"}),
    "invalid JSON": Call("POST", WRITE, b"", writing({}).headers, (b"{",)),
    "other media type": writing({}, content_type="text/plain"),
    "foreign page": Call(
        "OPTIONS", LIST, b"", ((b"origin", b"http://example.com"), (b"access-control-request-method", b"GET"))
    ),
}
every_call = pytest.mark.parametrize("name", CALLS)
every_release = pytest.mark.parametrize("release", list_releases())
CONTROL = load_control_document()


@pytest.fixture(scope="module", params=list_releases())
def release(request: pytest.FixtureRequest) -> str:
    """Return the name of each release."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def app(release: str) -> App:
    """Make a mock of the release."""
    return create_app(Settings(release=release, logs=50), lambda: 0)


def explain(app: App, call: Call) -> tuple[int, Any]:
    """Send a request and return its status and explanation."""
    response = send_request(app, call)
    number = response.header("x-mock-request")
    return response.status, send_request(app, Call("GET", f"/_mock/requests/{number}", b"", HOST)).json()


@every_call
def test_explanation_matches_its_schema(app: App, name: str) -> None:
    """An explanation is valid against the control API's document."""
    _, explanation = explain(app, CALLS[name])

    Draft202012Validator(CONTROL.json_schema("Explanation")).validate(explanation)


@every_call
def test_error_names_a_rule(app: App, release: str, name: str) -> None:
    """A rejected request has a message and a rule that exists in the release's contract."""
    status, explanation = explain(app, CALLS[name])
    error = explanation["error"]

    assert bool(error) == (status >= 400)
    if error:
        assert error["message"]
        assert ContractPointers(open_release(release)).exists_in_contract(error["rule"])


@every_call
def test_suggestion_is_accepted(app: App, name: str) -> None:
    """A suggested request is accepted."""
    _, explanation = explain(app, CALLS[name])
    path, _, query = explanation["error"].get("suggestion", f"{LIST}?q=").partition("?")
    call = listing(query) if path == LIST else writing({})

    assert send_request(app, call._replace(path=path)).status in {200, 204}


RULES = [
    ("two colons", "#/components/parameters/q/schema/pattern"),
    ("invalid date", "#/components/parameters/q/x-search/keys/date_from"),
    ("invalid limit", "#/components/parameters/limit/schema"),
    ("unknown parameter", "#/paths/~1audit/get/responses/400"),
    ("unknown cursor", "#/paths/~1audit/get/x-paging/cursor"),
    ("no token", "#/x-token-order"),
    ("member", "#/paths/~1audit/get/x-roles"),
    ("unknown path", "#/paths"),
    ("unknown method", "#/paths/~1audit"),
    ("nothing acceptable", "#/paths/~1audit/get/responses/406"),
    ("invalid body", "#/components/schemas/CreateTestAuditLogRequest/properties/action"),
]


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_rule_is_the_exact_place(name: str, rule: str) -> None:
    """The rule is the exact place in the contract."""
    _, explanation = explain(create_app(Settings(logs=5), lambda: 0), CALLS[name])

    assert explanation["error"]["rule"] == rule


SUGGESTIONS = [
    ("two colons", f"{LIST}?q=a:%22b:c%22+action:create&limit=1"),
    ("invalid limit", f"{LIST}?q=&offset=1"),
    ("unknown parameter", f"{LIST}?q="),
    ("no q", f"{LIST}?q=&limit=3"),
    ("unknown path", f"{LIST}?q="),
]


@pytest.mark.parametrize(("name", "suggestion"), SUGGESTIONS)
def test_suggestion_keeps_the_valid_parts(name: str, suggestion: str) -> None:
    """The suggestion keeps the valid parts."""
    _, explanation = explain(create_app(Settings(logs=5), lambda: 0), CALLS[name])

    assert explanation["error"]["suggestion"] == suggestion


TOKENS = [
    (listing("q="), "header", "Valid token of vernon-doyle."),
    (listing("q=", "", cookie=f"coder_session_token={OWNER}"), "cookie", "Valid token of vernon-doyle."),
    (listing("q=", ""), "", 'Cookie "coder_session_token" or query parameter must be provided. '),
    (listing("q=", SUSPENDED), "header", 'User is not active (status = "suspended").'),
]


@pytest.mark.parametrize(("call", "location", "result"), TOKENS)
def test_token_is_explained(call: Call, location: str, result: str) -> None:
    """The explanation has location and result of the token."""
    _, explanation = explain(create_app(Settings(logs=5), lambda: 0), call)

    assert explanation["token"]["location"] == location
    assert explanation["token"]["result"].startswith(result)


@pytest.mark.parametrize(
    ("release", "query", "hint"),
    [
        (
            "v0.14",
            f"q=&limit=1&after_id={UNKNOWN_ID}",
            "This release validates after_id but does not use it.",
        ),
        ("v0.14", "q=", "Without limit, "),
        ("v0.14", "q=&limit=1&size=3", 'Unknown query param "size" is ignored.'),
        ("v2.35", f"q=&after_id={UNKNOWN_ID}", "This release validates after_id but does not use it."),
    ],
)
def test_ignored_parameters_have_a_hint(release: str, query: str, hint: str) -> None:
    """A parameter that a release ignores has a hint."""
    status, explanation = explain(create_app(Settings(release=release, logs=5), lambda: 0), listing(query))

    assert status == 200
    assert explanation["search"]["hints"][0].startswith(hint)
