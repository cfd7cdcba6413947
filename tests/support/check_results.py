"""Results of checks for tests of reports."""

from collections.abc import Mapping
from typing import Any

import httpx

from auditmock.checker.core.checks import Check
from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.core.results import Outcome, Result, Results

URL = "http://127.0.0.1:8910"
LIST = "/api/v2/audit"


def check(name: str, case: str = "", layer: str = "properties", sentence: str = "It holds.") -> Check:
    """Make a check."""
    return Check(layer, name.partition("/")[0], name, case, sentence, "#/paths")


def exchange(
    request: Request | None = None,
    status: int = 200,
    body: bytes = b'{"audit_logs":[],"count":0}',
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Make an exchange; the default request lists no logs."""
    all_headers: Mapping[str, Any] = {
        "content-type": "application/json; charset=utf-8",
        "x-coder-request-id": "53bded77-7b9d-4e82-8771-991a34d759f9",
        "x-coder-build-version": "v0.14.3",
        **(headers or {}),
    }
    return Exchange(
        request=request or Request("GET", LIST, [("q", "")]),
        status=status,
        headers=httpx.Headers({name: value for name, value in all_headers.items() if value is not None}),
        body=body,
        seconds=0.012,
        sent="2026-01-01T00:00:00Z",
        size=len(body),
    )


def results(*found: Result) -> Results:
    """Make a run with these results."""
    return Results(
        base_url=URL,
        release="documented",
        server_version="v0.14.3",
        seed=1,
        deep=False,
        allow_writes=False,
        started="2026-01-01T00:00:00Z",
        flags="--seed 1",
        found=list(found),
        requests=7,
        seconds=1.25,
    )


def passed(name: str, case: str = "") -> Result:
    """Make a passed check."""
    return Result(check(name, case), Outcome.PASSED, exchanges=(exchange(),))


def failed(name: str, case: str = "", seen: str = "another") -> Result:
    """Make a failed check."""
    shown = exchange()
    return Result(
        check(name, case), Outcome.FAILED, expected="one", seen=seen, shown=(shown,), exchanges=(shown,)
    )


def skipped(name: str, reason: str) -> Result:
    """Make a skipped check."""
    return Result(check(name), Outcome.SKIPPED, reason=reason)
