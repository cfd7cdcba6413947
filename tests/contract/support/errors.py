"""What a error must look like: Coder's envelope, one entry for each problem."""

from collections.abc import Collection, Mapping
from typing import Any

from auditmock.checker.core.exchange import Exchange
from auditmock.checker.expect import Violation, expect
from auditmock.openapi.contract import Contract

_MEMBERS: Mapping[str, type] = {"message": str, "detail": str, "validations": list}


def envelope_of(exchange: Exchange) -> Mapping[str, Any]:
    """Read the envelope of a error; it is a violation if there is none."""
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
    expect(sound, "the envelope {message, detail?, validations?}", exchange.body[:200], exchange)
    known: Mapping[str, Any] = envelope
    return known


def expect_error(exchange: Exchange, status: int, fields: Collection[str] | None = ()) -> None:
    """Go on if an answer has this status and an envelope that names these fields; None: whichever."""
    if exchange.status != status:
        raise Violation(str(status), f"{exchange.status}: {exchange.body[:200]!r}", (exchange,))
    problems = envelope_of(exchange).get("validations", [])
    if fields is None:
        return
    named = sorted(problem["field"] for problem in problems)
    expect(named == sorted(fields), f"a problem each of {sorted(fields)}", named, exchange)


def expect_message(exchange: Exchange, example: str, contract: Contract) -> None:
    """Go on if the error of a query has the message of that example of the contract."""
    examples = contract.document["components"]["responses"]["BadQuery"]["content"]["application/json"][
        "examples"
    ]
    wanted, message = examples[example]["value"]["message"], envelope_of(exchange)["message"]
    expect(message == wanted, repr(wanted), repr(message), exchange)
