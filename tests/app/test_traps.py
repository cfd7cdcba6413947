"""Whatever is wrong with a request, the answer is a 4xx in the envelope, and no log is lost or made."""

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from calls import Answer, Call, drive

from auditmock.asgi import App
from auditmock.fixtures.people import Holder
from auditmock.handlers.request import BODY_LIMIT
from auditmock.handlers.tokens import token_of
from auditmock.openapi import load_contract

LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
OWNER = token_of(Holder.OWNER)
CONTRACT = load_contract()

Trap = Mapping[str, Any]
TRAPS: list[Trap] = json.loads(
    (Path(__file__).parents[1] / "data" / "traps.json").read_text(encoding="utf-8")
)
BODIES = {
    "[[large]]": '"' + "x" * BODY_LIMIT + '"',
    "[[deep]]": "[" * 100_000,
    "[[huge]]": '{"action":' + "9" * 5000 + "}",
}
"""What would not be nice to read in a file of cases."""


def call_of(trap: Trap) -> Call:
    """Make the request of a case."""
    text: str = trap.get("post", trap.get("body", ""))
    body = BODIES.get(text, text).encode(trap.get("encoding", "utf-8"))
    headers: dict[str, str | None] = {"coder-session-token": OWNER}
    if body:
        headers["content-length"] = str(len(body))
    if "post" in trap:
        headers["content-type"] = "application/json"
    headers |= trap.get("headers", {})
    method, path = ("POST", WRITE) if "post" in trap else ("GET", LIST)
    return Call(
        trap.get("method", method),
        trap.get("path", path),
        trap.get("query", "").encode("latin-1"),
        tuple((name.encode(), value.encode()) for name, value in headers.items() if value is not None),
        (body[:1000], body[1000:]),
    )


EVERYTHING = Call("GET", LIST, b"q=&limit=1", ((b"coder-session-token", OWNER.encode()),))


def count_of(answer: Answer) -> int:
    """Read how many logs there are."""
    count: int = json.loads(answer.body)["count"]
    return count


def spring(app: App, trap: Trap) -> Answer:
    """Send the request of a case, and see that it made and lost no log."""
    before, answer, after = drive(app, [EVERYTHING, call_of(trap), EVERYTHING])
    assert count_of(before) == count_of(after)
    return answer


@pytest.mark.parametrize("trap", TRAPS, ids=[trap["name"] for trap in TRAPS])
def test_a_trap_is_answered_in_the_envelope(shared_app: App, trap: Trap) -> None:
    """Status, problems and methods are those of the case; the body is Coder's envelope, nothing more."""
    answer = spring(shared_app, trap)

    headers = dict(answer.headers)
    envelope = json.loads(answer.body)
    assert answer.status == trap["status"]
    assert headers.get(b"allow", b"").decode() == trap.get("allow", "")
    assert headers[b"content-type"] == b"application/json; charset=utf-8"
    assert envelope.keys() <= {"message", "detail", "validations"}
    assert [problem["field"] for problem in envelope.get("validations", [])] == trap.get("fields", [])
    assert envelope.get("detail") or envelope.get("validations")


@pytest.mark.parametrize("trap", TRAPS, ids=[trap["name"] for trap in TRAPS])
def test_a_trap_is_answered_with_both_headers(shared_app: App, trap: Trap) -> None:
    """A refusal has the id and the version that every answer has."""
    names = [name for name, _ in drive(shared_app, [call_of(trap)])[0].headers]

    assert names.count(b"x-coder-request-id") == names.count(b"x-coder-build-version") == 1


CHECKS: Mapping[int, Trap] = {
    401: {"headers": {"coder-session-token": "x"}},
    403: {"headers": {"coder-session-token": token_of(Holder.MEMBER)}},
    406: {"headers": {"accept": "text/html"}},
    413: {"post": "[[large]]"},
    415: {"headers": {"content-type": "text/plain"}},
    400: {"query": "q="},
}
"""One fault for each check, in the order of the contract."""

PAIRS = list(combinations(CHECKS, 2))


@pytest.mark.parametrize(("first", "later"), PAIRS)
def test_checks_come_in_the_order_of_the_contract(shared_app: App, first: int, later: int) -> None:
    """Of two faults the answer names the one that is checked first."""
    faults = CHECKS[later], CHECKS[first]
    headers = {name: value for fault in faults for name, value in fault.get("headers", {}).items()}
    trap = {"post": "{}", **faults[0], **faults[1], "headers": headers}
    (answer,) = drive(shared_app, [call_of(trap)])
    assert answer.status == first


@pytest.mark.parametrize(("path", "method"), [(LIST, "PUT"), (LIST + "/nowhere", "GET"), (WRITE, "GET")])
def test_the_token_comes_before_path_and_method(shared_app: App, path: str, method: str) -> None:
    """Without a token everything below the audit path is 401."""
    assert drive(shared_app, [Call(method, path)])[0].status == 401


def test_elsewhere_no_token_is_needed_to_get_lost(shared_app: App) -> None:
    """An unknown path that is none of the audit's is 404 for everybody."""
    assert drive(shared_app, [Call("GET", "/api/v2/auditx")])[0].status == 404


def test_a_refusal_of_path_comes_before_the_role(shared_app: App) -> None:
    """A member who gets lost is told so, not that it is forbidden."""
    member = (b"coder-session-token", token_of(Holder.MEMBER).encode())

    assert drive(shared_app, [Call("PUT", LIST, b"", (member,))])[0].status == 405
