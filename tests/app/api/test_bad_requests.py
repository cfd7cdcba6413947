"""Whatever is wrong with a request, the answer is a 4xx in the envelope, and no log is lost or made."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgi_requests import LIST, OWNER, WRITE, Answer, Call, drive
from jsonschema import Draft4Validator

from auditmock.core.asgi_types import App
from auditmock.core.errors import BAD_BODY, BAD_PARAMETERS
from auditmock.handlers.messages.request import BODY_LIMIT
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
ENVELOPE = Draft4Validator({**CONTRACT.schema("Response"), "components": CONTRACT.document["components"]})
MESSAGES = {
    404: "Route not found.",
    405: "Method not allowed.",
    406: "Not acceptable.",
    413: "Request body is too large.",
    415: "Unsupported media type.",
}
"""What most errors of a status say; a case with another message names it."""

Trap = Mapping[str, Any]
TRAPS: list[Trap] = json.loads(
    (Path(__file__).parents[2] / "data" / "unusual_texts.json").read_text(encoding="utf-8")
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


def message_for(trap: Trap) -> str:
    """Say what the answer's message must be."""
    usual = BAD_BODY if "post" in trap else BAD_PARAMETERS
    message: str = trap.get("message", MESSAGES.get(trap["status"], usual))
    return message


@pytest.mark.parametrize("trap", TRAPS, ids=[trap["name"] for trap in TRAPS])
def test_a_trap_is_answered_as_its_case_says(shared_app: App, trap: Trap) -> None:
    """Status, message, problems and methods are those of the case."""
    answer = spring(shared_app, trap)

    envelope = answer.json()
    assert (answer.status, envelope["message"]) == (trap["status"], message_for(trap))
    assert (answer.header("allow") or "") == trap.get("allow", "")
    assert [problem["field"] for problem in envelope.get("validations", [])] == trap.get("fields", [])
    assert envelope.get("detail") or envelope.get("validations")


@pytest.mark.parametrize("trap", TRAPS, ids=[trap["name"] for trap in TRAPS])
def test_a_trap_is_answered_in_the_envelope(shared_app: App, trap: Trap) -> None:
    """The body is JSON by its type and the contract's `Response` by its form."""
    answer = spring(shared_app, trap)

    assert answer.header("content-type") == "application/json; charset=utf-8"
    assert list(ENVELOPE.iter_errors(answer.json())) == []


@pytest.mark.parametrize("trap", TRAPS, ids=[trap["name"] for trap in TRAPS])
def test_a_trap_is_answered_with_both_headers(shared_app: App, trap: Trap) -> None:
    """A error has the id and the version that every answer has."""
    names = [name for name, _ in drive(shared_app, [call_of(trap)])[0].headers]

    assert names.count(b"x-coder-request-id") == names.count(b"x-coder-build-version") == 1
