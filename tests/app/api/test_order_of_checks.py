"""Order of checks: of two errors in a request, the contract's first one is reported."""

from collections.abc import Callable, Mapping
from itertools import combinations

import pytest
from asgi_requests import WRITE, Call, listing, send_request, writing

from auditmock.core.asgi_types import App
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.messages.request import BODY_LIMIT


def with_header(call: Call, name: bytes, value: bytes) -> Call:
    """Set a header of a call."""
    others = (header for header in call.headers if header[0] != name)
    return call._replace(headers=(*others, (name, value)))


ERRORS: Mapping[str, tuple[int, Callable[[Call], Call]]] = {
    "token": (401, lambda call: with_header(call, b"coder-session-token", b"x")),
    "path": (404, lambda call: call._replace(path=WRITE + "/")),
    "method": (405, lambda call: call._replace(method="PUT")),
    "role": (
        403,
        lambda call: with_header(call, b"coder-session-token", token_of(BuiltinUser.MEMBER).encode()),
    ),
    "Accept": (406, lambda call: with_header(call, b"accept", b"text/html")),
    "size": (413, lambda call: call._replace(parts=(b"x" * BODY_LIMIT, b"x"))),
    "type": (415, lambda call: with_header(call, b"content-type", b"text/plain")),
    "query": (400, lambda call: call._replace(query=b"x=1")),
}
"""An error for each check of POST, in the contract's order: its status, and a function that makes it."""


@pytest.mark.parametrize("error", ERRORS)
def test_single_error_has_its_status(shared_app: App, error: str) -> None:
    """Each error alone has the status of its check."""
    status, apply = ERRORS[error]

    assert send_request(shared_app, apply(writing({}))).status == status


@pytest.mark.parametrize(("first", "later"), list(combinations(ERRORS, 2)))
def test_earlier_check_wins(shared_app: App, first: str, later: str) -> None:
    """The order is 401, 404 and 405, 403, 406, 413, 415, 400."""
    status, apply = ERRORS[first]
    _, apply_other = ERRORS[later]

    assert send_request(shared_app, apply(apply_other(writing({})))).status == status


def test_errors_of_query_and_body_are_reported_together(shared_app: App) -> None:
    """One response has the errors of the parameters, then those of the body."""
    call = writing({"action": "x"})._replace(query=b"x=1")

    assert [each["field"] for each in send_request(shared_app, call).json()["validations"]] == ["x", "action"]


def test_unknown_cursor_is_checked_last(shared_app: App) -> None:
    """A cursor is looked up only if the query is valid."""
    cursor = "after_id=cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
    statuses = [
        send_request(shared_app, listing(query)).status for query in (f"q=a:b:c&{cursor}", f"q=&{cursor}")
    ]

    assert statuses == [400, 404]


@pytest.mark.parametrize("path", ["/api/v2/audit/nowhere", "/api/v2/audit/", "/api/v2/audit//testgenerate"])
def test_token_is_checked_below_the_audit_path(shared_app: App, path: str) -> None:
    """Below the audit path, a request without a token gets a 401 for unknown paths."""
    assert send_request(shared_app, Call("GET", path)).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/auditx",
        "/api/v2",
        "/api/v2/",
        "/api",
        "//",
        "/nowhere",
        "/api/v2//audit",
        "/api/v2/openapi.json",
        "/api/v2/ui",
    ],
)
def test_other_unknown_paths_are_404(shared_app: App, path: str) -> None:
    """Elsewhere an unknown path gets a 404 without a token."""
    assert send_request(shared_app, Call("GET", path)).status == 404
