"""Laws of the order of checks: who asks comes first, then what there is, then what is asked."""

from collections.abc import Mapping

import pytest

from auditmock.contract.exchange import Request
from auditmock.contract.promises import promised
from auditmock.contract.refusals import expect_refusal
from auditmock.contract.target import Target
from auditmock.contract.writing import mark, posting

pytestmark = [
    pytest.mark.writes,
    pytest.mark.law("laws", "writes", "#/paths/~1audit~1testgenerate/post"),
]

UNKNOWN = {"an unknown path": ("GET", "/nowhere"), "a wrong method": ("PUT", "")}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_token_is_looked_at_first(target: Target, case: str) -> None:
    """Whoever has no token is answered with 401, whether there is such a path or method or not."""
    method, path = UNKNOWN[case]
    request = Request(method, target.path("get-audit-logs") + path, token=None)

    expect_refusal(target.send(request), 401)


WRONG: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "a body": (b"{", {"Content-Type": "application/json"}),
    "a type": (b"{}", {"Content-Type": "text/plain"}),
    "an answer in HTML": (b"{}", {"Content-Type": "application/json", "Accept": "text/html"}),
    "a size": (b"{}".ljust((1 << 20) + 1), {"Content-Type": "application/json"}),
}
"""What is wrong with a request beside the role, one thing each."""


@promised("strict requests")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_member_is_told_so_first(target: Target, member: str, wrong: str) -> None:
    """Whoever may not write is answered with 403, whatever else is wrong with the request."""
    body, headers = WRONG[wrong]
    request = posting(target, body)._replace(headers={**headers, "User-Agent": mark()}, sender=member)

    expect_refusal(target.send(request), 403)


@promised("strict requests")
@pytest.mark.parametrize(("method", "below", "status"), [("DELETE", "", 405), ("GET", "/nowhere", 404)])
def test_a_member_is_told_what_there_is(
    target: Target, member: str, method: str, below: str, status: int
) -> None:
    """Path and method are looked at before the role."""
    path = target.path("get-audit-logs") + below

    expect_refusal(target.send(Request(method, path, sender=member)), status)
