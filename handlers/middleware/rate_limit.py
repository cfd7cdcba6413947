"""Rate limit: a sliding window over clock minutes, like Coder's (reference 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from auditmock.core.asgi_types import Message, Receive, Scope, Send
from auditmock.core.errors import ApiError, PlainTextError, rate_limited
from auditmock.core.timestamps import SECOND
from auditmock.handlers.auth.tokens import Caller, Tokens
from auditmock.handlers.messages.request import FAST_PATH_TRIED, client_address, first_header
from auditmock.handlers.messages.response import Header, Reply, encode_headers, error_reply, send_reply
from auditmock.handlers.middleware.fast_path import FastPath

_MINUTE = 60 * SECOND
_BYPASS = b"x-coder-bypass-ratelimit"
_TRUE = frozenset({b"1", b"t", b"T", b"true", b"TRUE", b"True"})
_NOT_OWNER = '"X-Coder-Bypass-Ratelimit" provided but user is not owner'
_IPV6_HOST_BITS = 64
"""Bits of an IPv6 address that one client can choose."""

Key = tuple[str, str]
"""Client and path."""


@dataclass(slots=True)
class _Count:
    """Requests of one client to one path, in the minute that starts at `minute` and in the one before."""

    minute: int
    current: int = 0
    before: int = 0

    def advance_to(self, minute: int) -> None:
        if minute != self.minute:
            self.before = self.current if minute == self.minute + _MINUTE else 0
            self.minute, self.current = minute, 0

    def estimate(self, instant: int) -> int:
        """Estimate the requests of the last 60 seconds, rounded like Coder's limiter."""
        remaining = _MINUTE - (instant - self.minute)
        return (2 * self.before * remaining + _MINUTE) // (2 * _MINUTE) + self.current


class RateLimitStatus(NamedTuple):
    """Whether a request is allowed, how many more are, and the Unix second when the next minute starts."""

    allowed: bool
    remaining: int
    reset: int


class RateLimit:
    def __init__(self, limit: int, clock: Callable[[], int]) -> None:
        self.limit = limit
        self._clock = clock
        self._counts: dict[Key, _Count] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, key: Key) -> RateLimitStatus:
        """Count a request if it is allowed; `remaining` is the number before it."""
        instant = self._clock()
        minute = instant - instant % _MINUTE
        count = self._counts.setdefault(key, _Count(minute))
        count.advance_to(minute)
        used = count.estimate(instant)
        count.current += used < self.limit
        self._drop_oldest(minute)
        return self._status(used, minute)

    def bypass(self) -> RateLimitStatus:
        """Return the status of a request that is not counted: that of a new client."""
        instant = self._clock()
        return self._status(0, instant - instant % _MINUTE)

    def _status(self, used: int, minute: int) -> RateLimitStatus:
        return RateLimitStatus(used < self.limit, max(self.limit - used, 0), (minute + _MINUTE) // SECOND)

    def _drop_oldest(self, minute: int) -> None:
        """Drop the oldest count if it has expired; one per call keeps the cost constant."""
        key, oldest = next(iter(self._counts.items()))
        del self._counts[key]
        if oldest.minute >= minute - _MINUTE:
            self._counts[key] = oldest


class RateLimiter:
    """Applies the rule of a release (`x-rate`): by caller or by address, and with which headers."""

    def __init__(self, limit: RateLimit, tokens: Tokens, rule: Mapping[str, str]) -> None:
        self._limit = limit
        self._tokens = tokens
        self._by_caller = rule["by"] == "caller"
        self._counts_first = rule["counts"] == "after"

    def take(self, scope: Scope) -> list[Header]:
        """Count a request and return its `X-RateLimit-*` headers; raises ApiError (429, 428)."""
        caller = self._caller(scope) if self._by_caller else None
        if caller and first_header(scope["headers"], _BYPASS) in _TRUE:
            if "owner" not in caller.roles:
                raise PlainTextError(428, _NOT_OWNER)
            return self._headers(self._limit.bypass())
        client = caller.username if caller else group_address(client_address(scope))
        return self._headers(self._limit.take((client, scope["path"])))

    def _headers(self, status: RateLimitStatus) -> list[Header]:
        values = {
            "X-RateLimit-Limit": self._limit.limit,
            "X-RateLimit-Remaining": status.remaining - (self._counts_first and status.allowed),
            "X-RateLimit-Reset": status.reset,
        }
        headers = [(name, str(number)) for name, number in values.items()]
        if not status.allowed:
            raise rate_limited(self._limit.limit, headers)
        return encode_headers(headers)

    def _caller(self, scope: Scope) -> Caller | None:
        try:
            return self._tokens.authenticate(scope)
        except ApiError:
            return None


class RateLimitMiddleware:
    """ASGI middleware in front of the fast path: rejects requests beyond the limit with 429.

    For the documented release, which mentions the limit only in rejections.
    """

    def __init__(self, app: FastPath, limiter: RateLimiter, base_path: str) -> None:
        self._app = app
        self._limiter = limiter
        self._prefix = base_path + "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, unless `answer` has done so, and pass it on or reject it."""
        reply = None if FAST_PATH_TRIED in scope else self._reject(scope)
        if reply is None:
            await self._app(scope, receive, send)
        else:
            await send_reply(reply, send)

    def answer(self, scope: Scope, message: Message) -> Reply | None:
        """Count a request with a complete body, and answer or reject it."""
        return self._reject(scope) or self._app.answer(scope, message)

    def _reject(self, scope: Scope) -> Reply | None:
        if not scope["path"].startswith(self._prefix):
            return None
        try:
            self._limiter.take(scope)
        except ApiError as error:
            return error_reply(error)
        return None


def group_address(address: str) -> str:
    """Return the address to count by: for IPv6, its /64 network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS))
    return address
