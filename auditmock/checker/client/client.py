"""The HTTP client for the deployment under test: limits rate and budget, records every exchange."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

import httpx
import hypothesis
import pytest

from auditmock.checker.core.exchange import TOKEN_VARIABLE, Exchange, Request
from auditmock.checker.core.rate import BudgetSpentError, RateLimiter, TooManyAtOnceError, read_wait
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.tokens import WRITER_IDS, Tokens, has_id
from auditmock.checker.rules.response_rules import ResponseChecker
from auditmock.core.clock import current_time
from auditmock.core.timestamps import format_timestamp
from auditmock.openapi.contract import Contract

_BODY_LIMIT = 32 << 20
"""Maximum bytes read of a response; no page that the suite requests is larger."""

_RATE_LIMITED = 429
_LONGEST_WAIT = 90.0
"""Seconds; the run ends if the server asks to wait longer."""

_SILENCES = 3
"""Consecutive requests without a response after which the run ends."""

_SHRINKING = 20
"""Requests that may be spent on finding a smaller example of a failure."""


class UnreachableError(Exception):
    """No valid HTTP response; the message says why, in one line."""


class LateError(UnreachableError):
    """The response was not complete in time."""


class ConnectionLostError(Exception):
    """The deployment stopped responding; the run ends."""


class LockedOutError(Exception):
    """The deployment rejects further requests of this run; the message says why, in one line."""


Result = TypeVar("Result")

NO_WRITER = "--allow-writes needs a token whose user may write"


@dataclass(repr=False)
class Client:
    """One deployment and the tokens of the run."""

    contract: Contract
    base_url: str
    tokens: Tokens
    pace: RateLimiter
    client: httpx.Client
    response_checker: ResponseChecker
    timeout: float = 10.0
    retries: int = 1
    exchanges: list[Exchange] = field(default_factory=list)
    _timeouts: int = 0
    _answers: dict[str, Exchange] = field(default_factory=dict)
    _shrinking_left: int | None = None
    _has_begun: bool = False
    _has_written: bool = False
    locked_out: str = ""
    """Why no more requests are sent; empty while they are."""

    def search(self, q: str = "", *, token: str = "header", **page: Any) -> Exchange:  # noqa: S107 - a place
        """List audit logs with the run's token in this location."""
        query = [("q", q), *((name, str(value)) for name, value in page.items())]
        return self.send(Request("GET", self.path("get-audit-logs"), query, token=token))

    def path(self, operation_id: str) -> str:
        return self.contract.operations[operation_id].path

    def begin(self) -> None:
        """Start a check: forget earlier exchanges. From now on, the token is known to be valid."""
        self._has_begun = True
        self.exchanges = []
        self._answers = {}
        self._shrinking_left = None

    def remember(self) -> None:
        """Replay known responses from now on, while Hypothesis shrinks a failing example.

        Only a few more requests are sent; examples that need more are rejected.
        """
        if self._shrinking_left is None:
            self._shrinking_left = _SHRINKING

    def send(self, request: Request) -> Exchange:
        """Send a request with the token of its sender.

        A 429 is retried after the time in `Retry-After`. Skips the check when the budget is spent.
        Raises UnreachableError when there is no response, LockedOutError when no further request can
        succeed.
        """
        if self._shrinking_left is None or request.method != "GET":
            return self._ask_until_answered(request)
        known = self._answers.get(repr(request))
        if known is not None:
            return known
        if self._shrinking_left == 0:
            hypothesis.reject()
        self._shrinking_left -= 1
        return self._ask_until_answered(request)

    def send_together(self, requests: Sequence[Request]) -> list[Exchange]:
        """Send requests concurrently; those that get a 429 are repeated one by one."""
        if self.locked_out:
            self._lock_out(self.locked_out)
        with self._paced(len(requests)), ThreadPoolExecutor(len(requests)) as threads:
            exchanges = list(threads.map(self._exchange, requests))
        answered = [exchange for exchange in exchanges if not (self._must_wait(exchange) and self.retries)]
        self.exchanges += answered
        for exchange in answered:
            self._check_token(exchange)
        return [
            exchange if exchange in answered else self._ask_until_answered(exchange.request)
            for exchange in exchanges
        ]

    def _must_wait(self, exchange: Exchange) -> bool:
        """Whether the server asks to wait; if so, delay the next request."""
        if exchange.status != _RATE_LIMITED:
            return False
        wait = read_wait(exchange.headers, current_time())
        if wait > _LONGEST_WAIT:
            self._lock_out(
                f"the server asks to wait {wait:,.0f} s (the suite waits at most {_LONGEST_WAIT:.0f} s)"
            )
        self.pace.pause(wait)
        return True

    def _ask_until_answered(self, request: Request) -> Exchange:
        if self.locked_out:
            self._lock_out(self.locked_out)
        for attempts_left in range(self.retries, -1, -1):
            try:
                with self._paced(1):
                    exchange = self._exchange(request)
            except UnreachableError as error:
                # writes and timed-out requests are not repeated
                if attempts_left and request.method == "GET" and not isinstance(error, LateError):
                    continue
                self._count_timeout(error)
                raise
            self._timeouts = 0
            if not (self._must_wait(exchange) and attempts_left):
                break
        self.exchanges.append(exchange)
        self._answers[repr(request)] = exchange
        self._check_token(exchange)
        return exchange

    def _check_token(self, exchange: Exchange) -> None:
        """End the run when its token is no longer accepted, or may not write although it should."""
        request, status = exchange.request, exchange.status
        if not self._has_begun or request.token is None or request.sender != f"${TOKEN_VARIABLE}":
            return
        if status == HTTPStatus.UNAUTHORIZED and self._is_signed_out():
            self._lock_out("the token is no longer accepted")
        if request.method == "POST" and self._is_ordinary(request):
            self._has_written |= status == HTTPStatus.NO_CONTENT
            if not self._has_written and self._is_denied(exchange):
                self._lock_out(NO_WRITER)

    def _is_ordinary(self, request: Request) -> bool:
        """Whether the request sends its token in the header and no other token."""
        places = {"cookie", *(each.name.lower() for each in self.contract.token_locations)}
        named = {name.lower() for name in (*request.headers, *dict(request.query))}
        return request.token == "header" and not named & places  # noqa: S105 - a place

    def _is_signed_out(self) -> bool:
        """Whether the token is rejected even for a plain list, which it could read when the run began."""
        usual = Request("GET", self.path("get-audit-logs"), [("q", ""), ("limit", "1")])
        with self._paced(1):
            return self._exchange(usual).status == HTTPStatus.UNAUTHORIZED

    def _is_denied(self, exchange: Exchange) -> bool:
        """Whether this is the error of the contract for users who may not write."""
        denial = self.contract.denial
        if exchange.status != denial.get("status") or has_id(self.tokens.first, WRITER_IDS):
            return False
        try:
            error = exchange.json()
        except ValueError:
            return False
        return isinstance(error, dict) and all(
            error.get(name) == denial.get(name) for name in ("message", "detail")
        )

    def _lock_out(self, reason: str) -> NoReturn:
        self.locked_out = reason
        raise LockedOutError(reason)

    @contextmanager
    def _paced(self, requests: int) -> Iterator[None]:
        try:
            self.pace.step(requests)
        except (BudgetSpentError, TooManyAtOnceError) as error:
            pytest.skip(str(error))
        try:
            yield
        finally:
            self.pace.answered(requests)

    def _count_timeout(self, error: UnreachableError) -> None:
        self._timeouts += 1
        if self._timeouts == _SILENCES:
            raise ConnectionLostError(f"{self.base_url} stopped responding: {error}") from None

    def _exchange(self, request: Request) -> Exchange:
        given = {name: self.tokens.reveal(value) for name, value in request.headers.items()}
        headers = {"User-Agent": "auditmock-contract-suite", **given}
        target = request.target
        header, parameter = request.carry(self.tokens.reveal(request.sender))
        if header:
            headers.update([header])
        if parameter:
            name, token = parameter
            target += f"{'&' if '?' in target else '?'}{name}={quote(token, safe='')}"
        sent = format_timestamp(current_time())
        started = time.perf_counter()
        try:
            receive = partial(self._receive, request.method, target, headers, request.body)
            status, received, body = _within(self.timeout, receive)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise LateError(f"no response within {self.timeout:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnreachableError(one_line(self.tokens.hide(str(error) or type(error).__name__))) from error
        shown = {name: self.tokens.hide(value) for name, value in received.items()}
        exchange = Exchange(
            request=request._replace(sender=self.tokens.name(request.sender)),
            status=status,
            headers=httpx.Headers(shown, encoding="utf-8"),
            body=self.tokens.hide_bytes(body),
            seconds=time.perf_counter() - started,
            sent=sent,
            size=len(body),
        )
        self.response_checker.check_response(exchange)
        return exchange

    def _receive(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes | None
    ) -> tuple[int, httpx.Headers, bytes]:
        deadline = time.perf_counter() + self.timeout
        body = bytearray()
        with self.client.stream(method, self.base_url + target, headers=headers, content=content) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _BODY_LIMIT:
                    raise UnreachableError(f"the response is larger than {_BODY_LIMIT >> 20} MiB")
                if time.perf_counter() > deadline:
                    raise TimeoutError  # nobody waits for it any more
        return answer.status_code, answer.headers, bytes(body)


def _within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the result of a call; raises TimeoutError when it takes longer, without cancelling it.

    httpx has no such limit: DNS may block, and headers may trickle in.
    """
    future: Future[Result] = Future()
    threading.Thread(target=_settle, args=(future, call), daemon=True).start()
    return future.result(seconds)


def _settle(future: Future[Result], call: Callable[[], Result]) -> None:
    try:
        future.set_result(call())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
        future.set_exception(error)
