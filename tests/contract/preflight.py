"""Before any judgement: whether the deployment is there, knows us, and speaks JSON."""

from auditmock.contract.exchange import Exchange
from auditmock.contract.target import Target, UnreachableError

_REFUSED = {401: "the token is refused", 403: "the token's owner may not read audit logs"}


class NotReadyError(Exception):
    """The deployment cannot be judged: why, in one line."""


def check_ready(target: Target) -> Exchange:
    """Ask for one log; raises NotReadyError unless it comes."""
    try:
        exchange = target.ask("", limit=1)
    except UnreachableError as error:
        raise NotReadyError(f"{target.base_url} cannot be reached: {error}") from None
    if exchange.status != 200:
        reason = _REFUSED.get(exchange.status, f"it answers a plain list with {exchange.status}")
        raise NotReadyError(f"{target.base_url}: {reason}{_said(exchange)}")
    try:
        page = exchange.json()
        known = isinstance(page["audit_logs"], list) and isinstance(page["count"], int)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        media_type = exchange.headers.get("content-type", "nothing")
        raise NotReadyError(f"{target.base_url} answers with {media_type}, not as Coder does")
    return exchange


def _said(exchange: Exchange) -> str:
    try:
        envelope = exchange.json()
        words = " ".join(str(envelope[name]) for name in ("message", "detail") if envelope.get(name))
    except (ValueError, AttributeError, KeyError):
        return ""
    return f" ({words})"
