"""What a broken law says: what was expected, what was seen, and the requests that show it."""

from collections.abc import Callable

from auditmock.contract.exchange import Exchange
from auditmock.contract.target import Target

_TRIES = 5


class Violation(AssertionError):  # noqa: N818 - what pytest calls a failure
    """A law is broken."""

    def __init__(self, expected: str, seen: object, exchanges: tuple[Exchange, ...] = ()) -> None:
        super().__init__(f"expected {expected}; seen {seen}")
        self.expected = expected
        self.seen = str(seen)
        self.exchanges = exchanges


class DisturbedError(Exception):
    """Others wrote whenever the law was looked at, so nothing can be said."""


def expect(holds: bool, expected: str, seen: object, *exchanges: Exchange) -> None:  # noqa: FBT001 - reads as a sentence
    """Go on if it holds; otherwise say what was expected and what was seen."""
    if not holds:
        raise Violation(expected, seen, exchanges)


def undisturbed(target: Target, scope: str, look: Callable[[], None]) -> None:
    """Look whether a law holds over several answers, while nobody else writes within the scope.

    A law that holds is left at that. One that does not is looked at again, between two equal counts of
    the scope, before anybody is accused. Raises DisturbedError when the count never stays.
    """
    try:
        look()
    except Violation:
        _confirm(target, scope, look)


def _confirm(target: Target, scope: str, look: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        before = target.ask(scope, limit=1).body
        violation: Violation | None = None
        try:
            look()
        except Violation as found:
            violation = found
        if target.ask(scope, limit=1).body == before:
            if violation is not None:
                raise violation
            return
    raise DisturbedError(f"others wrote within {scope!r} in each of {_TRIES} tries")
