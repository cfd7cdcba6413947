"""The rate limit: minutes by the clock, the last one counted in by what is left of it (reference 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from auditmock.core.asgi import App, Receive, Scope, Send
from auditmock.core.errors import ApiError, PlainTextError, rate_limited
from auditmock.core.timestamps import SECOND
from auditmock.handlers.auth.tokens import Caller, Tokens
from auditmock.handlers.messages.request import first_header
from auditmock.handlers.messages.response import Header, error_reply, send_reply

_MINUTE = 60 * SECOND
_BYPASS = b"x-coder-bypass-ratelimit"
_TRUE = frozenset({b"1", b"t", b"T", b"true", b"TRUE", b"True"})
_NOT_OWNER = '"X-Coder-Bypass-Ratelimit" provided but user is not owner'
_GROUP = 64
"""Bits of an IPv6 address that belong to one client."""

Key = tuple[str, str]
"""Who asks, and for which path."""


@dataclass(slots=True)
class _Count:
    """How often a client asked for a path: in the minute that begins at `minute`, and before it."""

    minute: int
    current: int = 0
    before: int = 0

    def turn_to(self, minute: int) -> None:
        """Go on to a minute."""
        if minute != self.minute:
            self.before = self.current if minute == self.minute + _MINUTE else 0
            self.minute, self.current = minute, 0

    def estimate(self, instant: int) -> int:
        """Estimate the requests of the last sixty seconds, rounded as the server does."""
        left = _MINUTE - (instant - self.minute)
        return (2 * self.before * left + _MINUTE) // (2 * _MINUTE) + self.current


class RateLimitStatus(NamedTuple):
    """How a client stands: whether it may ask, how often more, and the second a new minute begins."""

    allowed: bool
    remaining: int
    reset: int


class RateLimit:
    """Counts requests, each by who asks and for which path."""

    def __init__(self, limit: int, clock: Callable[[], int]) -> None:
        """Take how many a minute may come, and what tells the present instant."""
        self.limit = limit
        self._clock = clock
        self._counts: dict[Key, _Count] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, key: Key) -> RateLimitStatus:
        """Count a request, if it is allowed; `remaining` is from before it."""
        instant = self._clock()
        minute = instant - instant % _MINUTE
        count = self._counts.setdefault(key, _Count(minute))
        count.turn_to(minute)
        used = count.estimate(instant)
        count.current += used < self.limit
        self._forget(minute)
        return self._stand(used, minute)

    def let_by(self) -> RateLimitStatus:
        """Let a request through uncounted, which stands as the first of somebody new."""
        instant = self._clock()
        return self._stand(0, instant - instant % _MINUTE)

    def _stand(self, used: int, minute: int) -> RateLimitStatus:
        return RateLimitStatus(used < self.limit, max(self.limit - used, 0), (minute + _MINUTE) // SECOND)

    def _forget(self, minute: int) -> None:
        """Drop, as they come up one by one, the counts that weigh nothing any more."""
        key, oldest = next(iter(self._counts.items()))
        del self._counts[key]
        if oldest.minute >= minute - _MINUTE:
            self._counts[key] = oldest


class RateLimiter:
    """The rate limit by the rule of one contract: whom it counts, and what it tells (`x-rate`)."""

    def __init__(self, limit: RateLimit, tokens: Tokens, rule: Mapping[str, str]) -> None:
        self._limit = limit
        self._tokens = tokens
        self._by_caller = rule["by"] == "caller"
        self._counts_first = rule["counts"] == "after"

    def take(self, scope: Scope) -> list[Header]:
        """Count a request and give the headers that tell of it; refuses (429, 428) what is not allowed."""
        caller = self._caller(scope) if self._by_caller else None
        if caller and first_header(scope["headers"], _BYPASS) in _TRUE:
            if "owner" not in caller.roles:
                raise PlainTextError(428, _NOT_OWNER)
            return self._tell(self._limit.let_by())
        who = caller.username if caller else group_address((scope["client"] or ("",))[0])
        return self._tell(self._limit.take((who, scope["path"])))

    def _tell(self, standing: RateLimitStatus) -> list[Header]:
        told = {
            "X-RateLimit-Limit": self._limit.limit,
            "X-RateLimit-Remaining": standing.remaining - (self._counts_first and standing.allowed),
            "X-RateLimit-Reset": standing.reset,
        }
        headers = [(name, str(number)) for name, number in told.items()]
        if not standing.allowed:
            raise rate_limited(self._limit.limit, headers)
        return [(name.lower().encode(), value.encode()) for name, value in headers]

    def _caller(self, scope: Scope) -> Caller | None:
        try:
            return self._tokens.open(self._tokens.find(scope["headers"], scope["query_string"]))
        except ApiError:
            return None


class RateLimitMiddleware:
    """An ASGI app in front of another one, for a release that tells of the limit only when it is reached."""

    def __init__(self, app: App, toll: RateLimiter, base_path: str) -> None:
        self._app = app
        self._toll = toll
        self._below = base_path + "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(self._below):
            try:
                self._toll.take(scope)
            except ApiError as error:
                await send_reply(error_reply(error), send)
                return
        await self._app(scope, receive, send)


def group_address(address: str) -> str:
    """Give what stands for a client's address: of IPv6 the network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> _GROUP << _GROUP))
    return address
