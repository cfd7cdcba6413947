"""Before any judgement: whether the deployment is there, knows us, speaks JSON, and what it says it is."""

from http import HTTPStatus

from auditmock.checker.client.client import NO_WRITER, Client, LockedOutError, UnreachableError
from auditmock.checker.core.exchange import TOKEN_VARIABLE, Exchange, Request
from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.tokens import FORBIDDEN, SECOND_VARIABLE, WRITERS, is_one
from auditmock.checker.posting import posting
from auditmock.checker.reports.text import clip

_REFUSED = {401: "the token is refused", 403: "the token's owner may not read audit logs"}
_REDIRECTS = range(300, 400)
VERSION = "x-coder-build-version"
_BUILD_INFO = "/api/v2/buildinfo"


class NotReadyError(Exception):
    """The deployment cannot be judged: why, in one line."""


def check_ready(target: Client) -> Exchange:
    """Ask for one log; raises NotReadyError unless it comes."""
    if not target.tokens.first:
        raise NotReadyError(f"no token is given: --token or ${TOKEN_VARIABLE}")
    try:
        exchange = target.ask("", limit=1)
    except UnreachableError as error:
        raise NotReadyError(f"{target.base_url} cannot be reached: {error}") from None
    except LockedOutError as error:
        raise NotReadyError(f"{target.base_url} cannot be judged now: {error}") from None
    if exchange.status != HTTPStatus.OK:
        reason = _REFUSED.get(exchange.status) or _describe(exchange)
        raise NotReadyError(f"{target.base_url}: {reason}{_said(exchange)}")
    try:
        page = exchange.json()
        known = isinstance(page["audit_logs"], list) and "count" in page
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        media_type = exchange.headers.get("content-type", "nothing")
        raise NotReadyError(f"{target.base_url} answers with {one_line(media_type)}, not as Coder does")
    return exchange


def check_tokens(target: Client, *, writes: bool) -> None:
    """Make sure that the tokens are those of the right people, and leave no log behind.

    Raises NotReadyError for a token that is refused or may not write, SettingsError for a second token that
    may read. The mock's own people are known: what they are told wrongly is a matter of the checks.
    """
    try:
        if target.tokens.second and not is_one(target.tokens.second, FORBIDDEN):
            _check_second(target)
        if writes and not is_one(target.tokens.first, WRITERS):
            _check_writer(target)
    except (UnreachableError, LockedOutError) as error:
        raise NotReadyError(f"{target.base_url} cannot be judged now: {error}") from None


def _check_second(target: Client) -> None:
    path, sender = target.path("get-audit-logs"), f"${SECOND_VARIABLE}"
    exchange = target.send(Request("GET", path, [("q", ""), ("limit", "1")], sender=sender))
    if exchange.status == HTTPStatus.UNAUTHORIZED:
        raise NotReadyError(f"{target.base_url}: the second token is refused{_said(exchange)}")
    if exchange.status == HTTPStatus.OK:
        raise SettingsError(
            f"the second token may read {path}: --second-token takes that of a member, who may not"
        )


def _check_writer(target: Client) -> None:
    """Post what is no JSON, which is refused in any case; a role is looked at before that, if at all."""
    exchange = target.send(posting(target, b"{"))
    if exchange.status == HTTPStatus.FORBIDDEN:
        raise NotReadyError(f"{target.base_url}: {NO_WRITER}{_said(exchange)}")


def find_version(target: Client, first: Exchange) -> str:
    """Find the release a deployment says it is, in its first answer or in `buildinfo`; perhaps empty."""
    told = first.headers.get(VERSION, "")
    if told:
        return clip(one_line(told))
    try:
        info = target.send(Request("GET", _BUILD_INFO, token=None)).json()
        return clip(one_line(str(info["version"])))
    except (UnreachableError, LockedOutError, ValueError, KeyError, TypeError):
        return ""


def _describe(exchange: Exchange) -> str:
    told = f"it answers a plain list with {exchange.status}"
    target = exchange.headers.get("location", "") if exchange.status in _REDIRECTS else ""
    return f"{told}, which leads to {clip(one_line(target))}: perhaps that is its URL" if target else told


def _said(exchange: Exchange) -> str:
    try:
        envelope = exchange.json()
        words = " ".join(str(envelope[name]) for name in ("message", "detail") if envelope.get(name))
    except (ValueError, AttributeError, KeyError):
        return ""
    return f" ({clip(one_line(words))})"
