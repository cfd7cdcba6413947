"""Checks of what there is, and of the order of checks: who asks comes first, then path and method."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.expect import expect
from auditmock.checker.posting import PAST, expect_unwritten, mark, posting
from auditmock.contract.support.errors import expect_error

pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

UNKNOWN = {
    "an unknown path": ("GET", "/nowhere"),
    "a deep path": ("GET", "/no/such/place"),
    "a path with a slash": ("GET", "/"),
    "a wrong method": ("PUT", ""),
    "a method without a body": ("HEAD", ""),
    "a method for the other path": ("GET", "/testgenerate"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_token_is_looked_at_first(target: Client, case: str) -> None:
    """Whoever has no token is answered with 401, whether there is such a path or method or not."""
    method, path = UNKNOWN[case]
    exchange = target.send(Request(method, target.path("get-audit-logs") + path, token=None))

    expect(exchange.status == HTTPStatus.UNAUTHORIZED, "401", exchange.status, exchange)
    if method != "HEAD":
        expect_error(exchange, 401)


STRANGER = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
WRONG: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "a body": (b"{", {"Content-Type": "application/json"}),
    "a type": (b"{}", {"Content-Type": "text/plain"}),
    "an answer in HTML": (b"{}", {"Content-Type": "application/json", "Accept": "text/html"}),
    "a size": (b"{}".ljust((1 << 20) + 1), {"Content-Type": "application/json"}),
}
"""What is wrong with a request beside the role, one thing each."""


@requires("strict requests")
@pytest.mark.parametrize("wrong", WRONG)
def test_nobody_is_told_so_first(target: Client, wrong: str) -> None:
    """Whoever is not signed in is answered with 401, whatever else is wrong with what is to be written."""
    body, headers = WRONG[wrong]
    request = posting(target, body)._replace(headers={**headers, "User-Agent": mark()}, token=None)

    expect_error(target.send(request), 401)


@requires("strict requests")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_member_is_told_so_first(target: Client, member: str, wrong: str) -> None:
    """Whoever may not write is answered with 403, whatever else is wrong with the request."""
    body, headers = WRONG[wrong]
    request = posting(target, body)._replace(headers={**headers, "User-Agent": mark()}, sender=member)

    expect_error(target.send(request), 403)


@requires("strict requests")
@pytest.mark.parametrize(("method", "below", "status"), [("DELETE", "", 405), ("GET", "/nowhere", 404)])
def test_a_member_is_told_what_there_is(
    target: Client, member: str, method: str, below: str, status: int
) -> None:
    """Path and method are looked at before the role."""
    path = target.path("get-audit-logs") + below

    expect_error(target.send(Request(method, path, sender=member)), status)


ELSEWHERE: Mapping[str, Callable[[str], str]] = {
    "below": lambda path: f"{path}/nowhere",
    "with a slash": lambda path: f"{path}/",
    "in capitals": str.upper,
    "with a slash more": lambda path: f"/{path}",
    "as a file": lambda path: f"{path}.json",
    "as one log": lambda path: f"{path}/{STRANGER}",
}


@requires("strict requests")
@pytest.mark.parametrize("where", ELSEWHERE)
def test_there_is_nothing_elsewhere(target: Client, where: str) -> None:
    """A path that is not exactly one of the contract's is answered with 404."""
    path = target.path("get-audit-logs")
    base = target.contract.base_path

    exchange = target.send(Request("GET", base + ELSEWHERE[where](path.removeprefix(base)), [("q", "")]))

    expect_error(exchange, 404)


@requires("strict requests")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "HEAD"])
def test_logs_cannot_be_changed(target: Client, method: str) -> None:
    """The list has no other method than GET, and says so."""
    exchange = target.send(Request(method, target.path("get-audit-logs"), (), {}, b""))

    expect(exchange.status == HTTPStatus.METHOD_NOT_ALLOWED, "405", exchange.status, exchange)
    if method != "HEAD":
        expect_error(exchange, 405)
    expect(exchange.headers.get("allow") == "GET", "Allow: GET", exchange.headers.get("allow"), exchange)


@requires("strict requests")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_writing_is_all_that_can_be_done_there(target: Client, method: str) -> None:
    """The path for writing has no other method than POST, and says so."""
    own = mark()
    request = posting(target, {"time": PAST}, own)._replace(method=method)
    exchange = target.send(request if method != "GET" else request._replace(body=None))

    expect_error(exchange, 405)
    expect_unwritten(target, own, exchange)
    expect(exchange.headers.get("allow") == "POST", "Allow: POST", exchange.headers.get("allow"), exchange)
