"""Checks of which error comes first: the token, then path and method, then the role, then the rest."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect
from auditmock.checker.posting import PAST, expect_not_written, post_request, unique_user_agent
from auditmock.contract.support.errors import expect_error

pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

UNKNOWN = {
    "unknown path": ("GET", "/nowhere"),
    "nested path": ("GET", "/no/such/place"),
    "trailing slash": ("GET", "/"),
    "wrong method": ("PUT", ""),
    "HEAD": ("HEAD", ""),
    "GET on the write path": ("GET", "/testgenerate"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_missing_token_is_rejected_before_routing(target: Client, case: str) -> None:
    """A missing token is rejected before routing (401 before 404 and 405)."""
    method, path = UNKNOWN[case]
    exchange = target.send(Request(method, target.path("get-audit-logs") + path, token=None))

    expect(exchange.status == HTTPStatus.UNAUTHORIZED, "401", exchange.status, exchange)
    if method != "HEAD":
        expect_error(exchange, 401)


UNKNOWN_ID = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
WRONG: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "malformed body": (b"{", {"Content-Type": "application/json"}),
    "wrong media type": (b"{}", {"Content-Type": "text/plain"}),
    "accepts only HTML": (b"{}", {"Content-Type": "application/json", "Accept": "text/html"}),
    "too large": (b"{}".ljust((1 << 20) + 1), {"Content-Type": "application/json"}),
}
"""Requests with one further error each."""


@requires("strict requests")
@pytest.mark.parametrize("wrong", WRONG)
def test_missing_token_is_rejected_before_the_body(target: Client, wrong: str) -> None:
    """A missing token is rejected before body and headers are checked (401 before 400, 406, 413, 415)."""
    body, headers = WRONG[wrong]
    request = post_request(target, body)._replace(
        headers={**headers, "User-Agent": unique_user_agent()}, token=None
    )

    expect_error(target.send(request), 401)


@requires("strict requests")
@pytest.mark.parametrize("wrong", WRONG)
def test_forbidden_role_is_rejected_before_the_body(target: Client, member_token: str, wrong: str) -> None:
    """A member is rejected before body and headers are checked (403 before 400, 406, 413, 415)."""
    body, headers = WRONG[wrong]
    request = post_request(target, body)._replace(
        headers={**headers, "User-Agent": unique_user_agent()}, sender=member_token
    )

    expect_error(target.send(request), 403)


@requires("strict requests")
@pytest.mark.parametrize(("method", "below", "status"), [("DELETE", "", 405), ("GET", "/nowhere", 404)])
def test_path_and_method_are_checked_before_the_role(
    target: Client, member_token: str, method: str, below: str, status: int
) -> None:
    """Path and method are checked before the role (404 and 405 before 403)."""
    path = target.path("get-audit-logs") + below

    expect_error(target.send(Request(method, path, sender=member_token)), status)


ELSEWHERE: Mapping[str, Callable[[str], str]] = {
    "nested path": lambda path: f"{path}/nowhere",
    "trailing slash": lambda path: f"{path}/",
    "uppercase": str.upper,
    "leading double slash": lambda path: f"/{path}",
    ".json suffix": lambda path: f"{path}.json",
    "log id": lambda path: f"{path}/{UNKNOWN_ID}",
}


@requires("strict requests")
@pytest.mark.parametrize("where", ELSEWHERE)
def test_other_paths_are_not_found(target: Client, where: str) -> None:
    """A path that is not exactly one of the contract's gets 404."""
    path = target.path("get-audit-logs")
    base = target.contract.base_path

    exchange = target.send(Request("GET", base + ELSEWHERE[where](path.removeprefix(base)), [("q", "")]))

    expect_error(exchange, 404)


@requires("strict requests")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "HEAD"])
def test_list_allows_get_only(target: Client, method: str) -> None:
    """The list allows no method but GET: others get 405 with `Allow: GET`."""
    exchange = target.send(Request(method, target.path("get-audit-logs"), (), {}, b""))

    expect(exchange.status == HTTPStatus.METHOD_NOT_ALLOWED, "405", exchange.status, exchange)
    if method != "HEAD":
        expect_error(exchange, 405)
    expect(exchange.headers.get("allow") == "GET", "Allow: GET", exchange.headers.get("allow"), exchange)


@requires("strict requests")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_testgenerate_allows_post_only(target: Client, method: str) -> None:
    """The path of testgenerate allows no method but POST: others get 405 with `Allow: POST`."""
    own = unique_user_agent()
    request = post_request(target, {"time": PAST}, own)._replace(method=method)
    exchange = target.send(request if method != "GET" else request._replace(body=None))

    expect_error(exchange, 405)
    expect_not_written(target, own, exchange)
    expect(exchange.headers.get("allow") == "POST", "Allow: POST", exchange.headers.get("allow"), exchange)
