"""Invalid requests: each gets a 4xx in the envelope and changes no log."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgi_requests import LIST, OWNER, WRITE, Call, Response, send_requests
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
"""The usual messages by status; cases with another message name it."""

Case = Mapping[str, Any]
CASES: list[Case] = json.loads(
    (Path(__file__).parents[2] / "data" / "unusual_texts.json").read_text(encoding="utf-8")
)
BODIES = {
    "[[large]]": '"' + "x" * BODY_LIMIT + '"',
    "[[deep]]": "[" * 100_000,
    "[[huge]]": '{"action":' + "9" * 5000 + "}",
}
"""Bodies that are too long for the file of cases."""


def call_of(case: Case) -> Call:
    """Make the request of a case."""
    text: str = case.get("post", case.get("body", ""))
    body = BODIES.get(text, text).encode(case.get("encoding", "utf-8"))
    headers: dict[str, str | None] = {"coder-session-token": OWNER}
    if body:
        headers["content-length"] = str(len(body))
    if "post" in case:
        headers["content-type"] = "application/json"
    headers |= case.get("headers", {})
    method, path = ("POST", WRITE) if "post" in case else ("GET", LIST)
    return Call(
        case.get("method", method),
        case.get("path", path),
        case.get("query", "").encode("latin-1"),
        tuple((name.encode(), value.encode()) for name, value in headers.items() if value is not None),
        (body[:1000], body[1000:]),
    )


LIST_ALL = Call("GET", LIST, b"q=&limit=1", ((b"coder-session-token", OWNER.encode()),))


def count_of(response: Response) -> int:
    """Return the number of logs."""
    count: int = json.loads(response.body)["count"]
    return count


def send_case(app: App, case: Case) -> Response:
    """Send the request of a case and assert that the number of logs is unchanged."""
    before, response, after = send_requests(app, [LIST_ALL, call_of(case), LIST_ALL])
    assert count_of(before) == count_of(after)
    return response


def message_for(case: Case) -> str:
    """Return the expected message."""
    usual = BAD_BODY if "post" in case else BAD_PARAMETERS
    message: str = case.get("message", MESSAGES.get(case["status"], usual))
    return message


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_gets_the_expected_error(shared_app: App, case: Case) -> None:
    """Status, message, fields and `Allow` are as in the case."""
    response = send_case(shared_app, case)

    envelope = response.json()
    assert (response.status, envelope["message"]) == (case["status"], message_for(case))
    assert (response.header("allow") or "") == case.get("allow", "")
    assert [problem["field"] for problem in envelope.get("validations", [])] == case.get("fields", [])
    assert envelope.get("detail") or envelope.get("validations")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_gets_the_envelope(shared_app: App, case: Case) -> None:
    """The body is JSON in the form of the contract's `Response`."""
    response = send_case(shared_app, case)

    assert response.header("content-type") == "application/json; charset=utf-8"
    assert list(ENVELOPE.iter_errors(response.json())) == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_gets_both_headers(shared_app: App, case: Case) -> None:
    """An error has the request id and build version of every response."""
    names = [name for name, _ in send_requests(shared_app, [call_of(case)])[0].headers]

    assert names.count(b"x-coder-request-id") == names.count(b"x-coder-build-version") == 1
