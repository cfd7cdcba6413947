"""What a broken check says: what was expected, what was seen, and the requests that show it."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.exchange import Exchange

_TRIES = 5


class Violation(AssertionError):  # noqa: N818 - what pytest calls a failure
    """A check is broken."""

    def __init__(self, expected: str, seen: object, exchanges: tuple[Exchange, ...] = ()) -> None:
        super().__init__(f"expected {expected}; seen {seen}")
        self.expected = expected
        self.seen = str(seen)
        self.exchanges = exchanges


class Scope(NamedTuple):
    """The logs a check speaks of: those a search finds.

    `witness` is how a page of one log answered when these logs were read; a check that knows no logs
    beforehand has none.
    """

    q: str
    witness: bytes = b""


def expect(holds: bool, expected: str, seen: object, *exchanges: Exchange) -> None:  # noqa: FBT001 - reads as a sentence
    """Go on if it holds; otherwise say what was expected and what was seen."""
    if not holds:
        raise Violation(expected, seen, exchanges)


def while_unchanged(target: Client, scope: Scope, look: Callable[[], None]) -> None:
    """Look whether a check holds over several answers, while nobody else writes within the scope.

    A check that holds is left at that. One that does not is broken if nobody has written since the scope was
    read; otherwise it is looked at again, between two equal answers for the scope, before anybody is accused.
    The check is skipped when others never rest.
    """
    try:
        look()
    except Violation:
        if scope.witness and ask_independently(target, scope.q) == scope.witness:
            target.remember()
            raise
        _confirm(target, scope, look)


def _confirm(target: Client, scope: Scope, look: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        before = ask_independently(target, scope.q)
        if scope.witness and before != scope.witness:
            break
        violation: Violation | None = None
        try:
            look()
        except Violation as found:
            violation = found
        if ask_independently(target, scope.q) == before:
            if violation is not None:
                target.remember()
                raise violation
            return
    pytest.skip(f"others write within {scope.q or 'the list'!r} all the time")


def ask_independently(target: Client, q: str) -> bytes:
    """Ask how many logs there are and for the newest: what changes when somebody writes."""
    return target.ask(q, limit=1).body
