"""Checks before the run: the deployment responds, accepts the tokens, and reports its version."""

from http import HTTPStatus

from auditmock.checker.client.client import NO_WRITER, Client, LockedOutError, UnreachableError
from auditmock.checker.core.exchange import TOKEN_VARIABLE, Exchange, Request
from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.tokens import FORBIDDEN_IDS, SECOND_VARIABLE, WRITER_IDS, has_id
from auditmock.checker.posting import post_request
from auditmock.checker.reports.text import clip

_REJECTED = {401: "the token is rejected", 403: "the token's user may not read audit logs"}
_REDIRECTS = range(300, 400)
VERSION = "x-coder-build-version"
_BUILD_INFO = "/api/v2/buildinfo"


class NotReadyError(Exception):
    """The deployment cannot be checked; the message says why, in one line."""


def check_ready(target: Client) -> Exchange:
    """Request one log; raises NotReadyError unless the response is a list."""
    if not target.tokens.first:
        raise NotReadyError(f"no token: set ${TOKEN_VARIABLE} or use --token")
    try:
        exchange = target.search("", limit=1)
    except UnreachableError as error:
        raise NotReadyError(f"{target.base_url} cannot be reached: {error}") from None
    except LockedOutError as error:
        raise NotReadyError(f"{target.base_url} cannot be checked now: {error}") from None
    if exchange.status != HTTPStatus.OK:
        reason = _REJECTED.get(exchange.status) or _describe(exchange)
        raise NotReadyError(f"{target.base_url}: {reason}{_said(exchange)}")
    try:
        page = exchange.json()
        known = isinstance(page["audit_logs"], list) and "count" in page
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        media_type = exchange.headers.get("content-type", "nothing")
        raise NotReadyError(f"{target.base_url} responds with {one_line(media_type)}, not with audit logs")
    return exchange


def check_tokens(target: Client, *, writes: bool) -> None:
    """Make sure that the tokens have the right permissions, without creating a log.

    Raises NotReadyError if a token is rejected or may not write, SettingsError if the second token may
    read. The mock's public tokens are not tried: the checks report wrong responses to them.
    """
    try:
        if target.tokens.second and not has_id(target.tokens.second, FORBIDDEN_IDS):
            _check_second(target)
        if writes and not has_id(target.tokens.first, WRITER_IDS):
            _check_writer(target)
    except (UnreachableError, LockedOutError) as error:
        raise NotReadyError(f"{target.base_url} cannot be checked now: {error}") from None


def _check_second(target: Client) -> None:
    path, sender = target.path("get-audit-logs"), f"${SECOND_VARIABLE}"
    exchange = target.send(Request("GET", path, [("q", ""), ("limit", "1")], sender=sender))
    if exchange.status == HTTPStatus.UNAUTHORIZED:
        raise NotReadyError(f"{target.base_url}: the second token is rejected{_said(exchange)}")
    if exchange.status == HTTPStatus.OK:
        raise SettingsError(
            f"the second token may read {path}; --second-token needs the token of a member who may not"
        )


def _check_writer(target: Client) -> None:
    """POST malformed JSON, which is rejected in any case; the role is checked earlier, if at all."""
    exchange = target.send(post_request(target, b"{"))
    if exchange.status == HTTPStatus.FORBIDDEN:
        raise NotReadyError(f"{target.base_url}: {NO_WRITER}{_said(exchange)}")


def find_version(target: Client, first: Exchange) -> str:
    """Return the reported version, from the first response or `buildinfo`; empty if there is none."""
    version = first.headers.get(VERSION, "")
    if version:
        return clip(one_line(version))
    try:
        info = target.send(Request("GET", _BUILD_INFO, token=None)).json()
        return clip(one_line(str(info["version"])))
    except (UnreachableError, LockedOutError, ValueError, KeyError, TypeError):
        return ""


def _describe(exchange: Exchange) -> str:
    reason = f"a simple request gets status {exchange.status}"
    target = exchange.headers.get("location", "") if exchange.status in _REDIRECTS else ""
    return f"{reason}, a redirect to {clip(one_line(target))}; try that URL" if target else reason


def _said(exchange: Exchange) -> str:
    try:
        envelope = exchange.json()
        words = " ".join(str(envelope[name]) for name in ("message", "detail") if envelope.get(name))
    except (ValueError, AttributeError, KeyError):
        return ""
    return f" ({clip(one_line(words))})"
