"""The deployment under test, over HTTP: paced, within a budget, every exchange kept."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from auditmock.contract.exchange import Exchange, Request
from auditmock.contract.pace import Pace
from auditmock.openapi import Contract

_BODY_LIMIT = 32 << 20
"""Bytes of an answer that are read; no page the suite asks for is larger."""

_RATE_LIMITED = 429
_LONGEST_WAIT = 90.0


class UnreachableError(Exception):
    """The deployment did not answer as HTTP should: what happened, in one line."""


@dataclass(repr=False)
class Target:
    """One deployment, and the token it is judged with."""

    contract: Contract
    base_url: str
    token: str
    pace: Pace
    client: httpx.Client
    timeout: float = 10.0
    retries: int = 1
    exchanges: list[Exchange] = field(default_factory=list)

    def ask(self, q: str = "", **page: Any) -> Exchange:
        """Ask for audit logs, as the token's owner does."""
        query = [("q", q), *((name, str(value)) for name, value in page.items())]
        return self.send(Request("GET", self.path("get-audit-logs"), query))

    def path(self, operation_id: str) -> str:
        """Where an operation is."""
        return self.contract.operations[operation_id].path

    def send(self, request: Request, token: str | None = None) -> Exchange:
        """Send a request, with the token of its place; another token may be given.

        429 is obeyed: the suite waits as long as `Retry-After` says and asks again. Raises UnreachableError
        when no answer comes, BudgetSpentError when no request is left.
        """
        for attempt in range(self.retries + 1):
            self.pace.step()
            try:
                exchange = self._exchange(request, self.token if token is None else token)
            except httpx.HTTPError as error:
                if attempt == self.retries:
                    raise UnreachableError(_reason(error, self.timeout)) from None
                continue
            if exchange.status != _RATE_LIMITED or attempt == self.retries:
                break
            self.pace.pause(_wait(exchange.headers))
        self.exchanges.append(exchange)
        return exchange

    def _exchange(self, request: Request, token: str) -> Exchange:
        headers = dict(request.headers)
        target = request.target
        if request.token:
            carrier = next(each for each in self.contract.carriers if each.place == request.token)
            if carrier.place == "header":
                headers[carrier.name] = token
            elif carrier.place == "cookie":
                headers["Cookie"] = f"{carrier.name}={token}"
            else:
                target += f"{'&' if '?' in target else '?'}{carrier.name}={quote(token, safe='')}"
        started = time.perf_counter()
        deadline = started + self.timeout
        with self.client.stream(
            request.method, self.base_url + target, headers=headers, content=request.body
        ) as answer:
            body = bytearray()
            for piece in answer.iter_raw():
                body += piece
                if len(body) > _BODY_LIMIT:
                    raise UnreachableError(f"the answer is larger than {_BODY_LIMIT >> 20} MiB")
                if time.perf_counter() > deadline:
                    raise UnreachableError(f"the answer was not there after {self.timeout:g} s")
        return Exchange(
            request, answer.status_code, answer.headers, bytes(body), time.perf_counter() - started
        )


def _wait(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return min(float(text), _LONGEST_WAIT) if text.isdigit() else 1.0


def _reason(error: httpx.HTTPError, timeout: float) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {timeout:g} s"
    return str(error) or type(error).__name__
