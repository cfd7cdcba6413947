"""Expectations of checks: a failure has what was expected, what was seen, and the requests."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange

_TRIES = 5


class Violation(AssertionError):  # noqa: N818 - what pytest calls a failure
    def __init__(self, expected: str, seen: object, exchanges: tuple[Exchange, ...] = ()) -> None:
        super().__init__(f"expected {expected}; seen {seen}")
        self.expected = expected
        self.seen = str(seen)
        self.exchanges = exchanges


class Scope(NamedTuple):
    """The logs that a check compares: those that a search finds.

    `fingerprint` is the page of one log at the time when these logs were read; empty if the check
    has not read any beforehand.
    """

    q: str
    fingerprint: bytes = b""


def expect(holds: bool, expected: str, seen: object, *exchanges: Exchange) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Violation(expected, seen, exchanges)


def while_unchanged(target: Client, scope: Scope, verify: Callable[[], None]) -> None:
    """Verify an expectation over several responses, unless other clients write in the scope meanwhile.

    A success is final. A failure counts if the fingerprint of the scope is unchanged; otherwise the
    expectation is verified again, and fails only between two equal fingerprints. The check is skipped
    if the fingerprint keeps changing.
    """
    try:
        verify()
    except Violation:
        if scope.fingerprint and read_fingerprint(target, scope.q) == scope.fingerprint:
            target.remember()
            raise
        _confirm(target, scope, verify)


def _confirm(target: Client, scope: Scope, verify: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        before = read_fingerprint(target, scope.q)
        if scope.fingerprint and before != scope.fingerprint:
            break
        violation: Violation | None = None
        try:
            verify()
        except Violation as found:
            violation = found
        if read_fingerprint(target, scope.q) == before:
            if violation is not None:
                target.remember()
                raise violation
            return
    pytest.skip(f"other clients keep writing logs of {scope.q or 'the list'!r}")


def read_fingerprint(target: Client, q: str) -> bytes:
    """Read the count and the newest log of a search, which change whenever a log is written."""
    return target.search(q, limit=1).body
