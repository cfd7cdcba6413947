"""Status 500 responses that the contract of a release describes: errors of Coder's database."""

from auditmock.checker.core.exchange import Exchange
from auditmock.openapi.contract import Contract

_BREAKDOWN = 500


def is_explained(exchange: Exchange, contract: Contract) -> bool:
    """Whether a response is a database error that the contract describes."""
    negative = contract.paging.get("numbers", {}).get("negative", {})
    details = negative.values() if isinstance(negative, dict) else ()
    return _detail_of(exchange) in {*details, contract.no_user} - {""}


def fails_without_user(exchange: Exchange, contract: Contract) -> bool:
    """Whether a response is the 500 for a page that contains a log without a user (`x-no-user`)."""
    return exchange.status == _BREAKDOWN and _detail_of(exchange) == contract.no_user != ""


def _detail_of(exchange: Exchange) -> str:
    try:
        body = exchange.json()
    except ValueError:
        return ""
    return str(body.get("detail", "")) if isinstance(body, dict) else ""
