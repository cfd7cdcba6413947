"""Expectations of error responses: Coder's format, with one validation for each problem."""

from collections.abc import Collection, Mapping
from typing import Any

from auditmock.checker.core.exchange import Exchange
from auditmock.checker.expect import Violation, expect
from auditmock.openapi.contract import Contract

_MEMBERS: Mapping[str, type] = {"message": str, "detail": str, "validations": list}


def parse_error(exchange: Exchange) -> Mapping[str, Any]:
    """Parse an error response; it must have Coder's format."""
    try:
        envelope = exchange.json()
        problems = envelope.get("validations", [])
        sound = (
            bool(envelope["message"])
            and all(isinstance(value, _MEMBERS[name]) for name, value in envelope.items())
            and all(problem.keys() == {"field", "detail"} for problem in problems)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    expect(sound, "an error {message, detail?, validations?}", exchange.body[:200], exchange)
    known: Mapping[str, Any] = envelope
    return known


def expect_error(exchange: Exchange, status: int, fields: Collection[str] | None = ()) -> None:
    """Expect this status and an error that names these fields; None accepts any fields."""
    if exchange.status != status:
        raise Violation(str(status), f"{exchange.status}: {exchange.body[:200]!r}", (exchange,))
    problems = parse_error(exchange).get("validations", [])
    if fields is None:
        return
    named = sorted(problem["field"] for problem in problems)
    expect(named == sorted(fields), f"one validation for each of {sorted(fields)}", named, exchange)


def expect_message(exchange: Exchange, example: str, contract: Contract) -> None:
    examples = contract.document["components"]["responses"]["BadQuery"]["content"]["application/json"][
        "examples"
    ]
    wanted, message = examples[example]["value"]["message"], parse_error(exchange)["message"]
    expect(message == wanted, repr(wanted), repr(message), exchange)
