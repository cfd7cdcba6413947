"""`while_unchanged`: a check fails only if no other client changed the logs."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Scope, Violation, while_unchanged

SCOPE = Scope("date_to:2025-12-30", b"the first response")


class Deployment:
    """Returns these bodies in turn, then the last one for ever."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies = [*bodies]
        self.is_remembered = False

    def search(self, _q: str, **_page: Any) -> SimpleNamespace:
        """Return a page."""
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        return SimpleNamespace(body=body)

    def remember(self) -> None:
        """Record the call."""
        self.is_remembered = True


def make_check(*holds: bool) -> Any:
    """Make a check that passes or fails on each call."""
    outcomes = iter(holds)

    def check() -> None:
        if not next(outcomes):
            raise Violation("one thing", "another")

    return check


def run_check(deployment: Deployment, scope: Scope, *holds: bool) -> None:
    """Run a check that passes or fails on each call."""
    while_unchanged(cast("Client", deployment), scope, make_check(*holds))


def test_failure_in_unchanged_scope_fails() -> None:
    """If the scope is unchanged since it was read, one failure is enough."""
    deployment = Deployment(SCOPE.fingerprint)

    with pytest.raises(Violation):
        run_check(deployment, SCOPE, False, True)
    assert deployment.is_remembered


def test_failure_without_fingerprint_is_retried() -> None:
    """Without an earlier fingerprint, a check that passes at the second try passes."""
    run_check(Deployment(b"a page"), Scope(""), False, True)


def test_second_failure_fails() -> None:
    """A check that fails twice between two equal responses fails."""
    with pytest.raises(Violation):
        run_check(Deployment(b"a page"), Scope(""), False, False)


def test_constant_changes_skip_the_check() -> None:
    """If the logs change at every try, the check is skipped."""
    with pytest.raises(pytest.skip.Exception):
        run_check(Deployment(*(b"%d" % number for number in range(20))), Scope(""), *[False] * 10)


def test_changed_scope_skips_the_check() -> None:
    """If the logs of the scope have changed, the check is skipped."""
    with pytest.raises(pytest.skip.Exception):
        run_check(Deployment(b"another page"), SCOPE, False)
