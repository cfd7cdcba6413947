"""Of two faults in one request, the answer names the one the contract checks first."""

from collections.abc import Callable, Mapping
from itertools import combinations

import pytest
from asgi_requests import WRITE, Call, ask, listing, writing

from auditmock.core.asgi_types import App
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.messages.request import BODY_LIMIT


def with_header(call: Call, name: bytes, value: bytes) -> Call:
    """Give a call another value of a header, or a new header."""
    others = (header for header in call.headers if header[0] != name)
    return call._replace(headers=(*others, (name, value)))


FAULTS: Mapping[str, tuple[int, Callable[[Call], Call]]] = {
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
"""A fault for each check of POST, in the order of the contract: its status, and how to commit it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one(shared_app: App, fault: str) -> None:
    """By itself every fault has the status of its check."""
    status, commit = FAULTS[fault]

    assert ask(shared_app, commit(writing({}))).status == status


@pytest.mark.parametrize(("first", "later"), list(combinations(FAULTS, 2)))
def test_the_earlier_check_decides(shared_app: App, first: str, later: str) -> None:
    """401, then 404 and 405, 403, 406, 413, 415, at last 400."""
    status, commit = FAULTS[first]
    _, commit_other = FAULTS[later]

    assert ask(shared_app, commit(commit_other(writing({})))).status == status


def test_a_bad_query_and_a_bad_body_are_told_together(shared_app: App) -> None:
    """Problems of the parameters come before those of the body, in one answer."""
    call = writing({"action": "x"})._replace(query=b"x=1")

    assert [each["field"] for each in ask(shared_app, call).json()["validations"]] == ["x", "action"]


def test_a_cursor_of_nobody_comes_last(shared_app: App) -> None:
    """Whether a log exists is asked only of a query that is valid."""
    cursor = "after_id=cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
    statuses = [ask(shared_app, listing(query)).status for query in (f"q=a:b:c&{cursor}", f"q=&{cursor}")]

    assert statuses == [400, 404]


@pytest.mark.parametrize("path", ["/api/v2/audit/nowhere", "/api/v2/audit/", "/api/v2/audit//testgenerate"])
def test_below_the_audit_path_the_token_comes_first(shared_app: App, path: str) -> None:
    """Without a token nobody learns which paths there are."""
    assert ask(shared_app, Call("GET", path)).status == 401


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
def test_elsewhere_no_token_is_needed_to_get_lost(shared_app: App, path: str) -> None:
    """An unknown path that is none of the audit's is 404 for everybody."""
    assert ask(shared_app, Call("GET", path)).status == 404
