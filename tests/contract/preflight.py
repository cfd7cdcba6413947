"""Before any judgement: whether the deployment is there, knows us, speaks JSON, and what it says it is."""

from auditmock.contract.exchange import TOKEN_VARIABLE, Exchange, Request
from auditmock.contract.plain import plain
from auditmock.contract.target import Target, UnreachableError
from auditmock.contract.telling import clip

_REFUSED = {401: "the token is refused", 403: "the token's owner may not read audit logs"}
_VERSION = "x-coder-build-version"
_BUILD_INFO = "/api/v2/buildinfo"


class NotReadyError(Exception):
    """The deployment cannot be judged: why, in one line."""


def check_ready(target: Target) -> Exchange:
    """Ask for one log; raises NotReadyError unless it comes."""
    if not target.tokens.first:
        raise NotReadyError(f"no token is given: --token or ${TOKEN_VARIABLE}")
    try:
        exchange = target.ask("", limit=1)
    except UnreachableError as error:
        raise NotReadyError(f"{target.base_url} cannot be reached: {error}") from None
    if exchange.status != 200:
        reason = _REFUSED.get(exchange.status) or _describe(exchange)
        raise NotReadyError(f"{target.base_url}: {reason}{_said(exchange)}")
    try:
        page = exchange.json()
        known = isinstance(page["audit_logs"], list) and "count" in page
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        media_type = exchange.headers.get("content-type", "nothing")
        raise NotReadyError(f"{target.base_url} answers with {plain(media_type)}, not as Coder does")
    return exchange


def find_version(target: Target, first: Exchange) -> str:
    """Find the release a deployment says it is, in its first answer or in `buildinfo`; perhaps empty."""
    told = first.headers.get(_VERSION, "")
    if told:
        return clip(plain(told))
    try:
        info = target.send(Request("GET", _BUILD_INFO, token=None)).json()
        return clip(plain(str(info["version"])))
    except (UnreachableError, ValueError, KeyError, TypeError):
        return ""


def _describe(exchange: Exchange) -> str:
    told = f"it answers a plain list with {exchange.status}"
    target = exchange.headers.get("location", "") if 300 <= exchange.status < 400 else ""
    return f"{told}, which leads to {clip(plain(target))}: perhaps that is its URL" if target else told


def _said(exchange: Exchange) -> str:
    try:
        envelope = exchange.json()
        words = " ".join(str(envelope[name]) for name in ("message", "detail") if envelope.get(name))
    except (ValueError, AttributeError, KeyError):
        return ""
    return f" ({clip(plain(words))})"
