"""Rules of who is accused when a check does not hold: nobody who was disturbed by others."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Scope, Violation, while_unchanged

SCOPE = Scope("date_to:2025-12-30", b"as it was read")


class Deployment:
    """Answers the question who has written by turns, and then always by the last one."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = [*answers]
        self.is_remembered = False

    def search(self, _q: str, **_page: Any) -> SimpleNamespace:
        """Answer with a page of one log."""
        body = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return SimpleNamespace(body=body)

    def remember(self) -> None:
        """Take note that a check is broken."""
        self.is_remembered = True


def look_by(*holds: bool) -> Any:
    """Make a check that holds, or not, one look after another."""
    looks = iter(holds)

    def look() -> None:
        if not next(looks):
            raise Violation("one thing", "another")

    return look


def judge(deployment: Deployment, scope: Scope, *holds: bool) -> None:
    """Look at a check that holds, or not, one look after another."""
    while_unchanged(cast("Client", deployment), scope, look_by(*holds))


def test_what_was_wrong_once_is_wrong() -> None:
    """Where nobody has written since the scope was read, one wrong answer is enough."""
    deployment = Deployment(SCOPE.fingerprint)

    with pytest.raises(Violation):
        judge(deployment, SCOPE, False, True)
    assert deployment.is_remembered


def test_a_scope_without_a_witness_is_looked_at_again() -> None:
    """Where nobody knows what was there before, a check that holds at the second look holds."""
    judge(Deployment(b"a page"), Scope(""), False, True)


def test_what_is_wrong_twice_is_wrong() -> None:
    """Where it does not hold between two equal answers it is broken."""
    with pytest.raises(Violation):
        judge(Deployment(b"a page"), Scope(""), False, False)


def test_others_who_never_rest_convict_nobody() -> None:
    """Where every answer is another one the check is skipped."""
    with pytest.raises(pytest.skip.Exception):
        judge(Deployment(*(b"%d" % number for number in range(20))), Scope(""), *[False] * 10)


def test_what_is_read_no_more_convicts_nobody() -> None:
    """Where the logs that a check knows are others by now it is skipped."""
    with pytest.raises(pytest.skip.Exception):
        judge(Deployment(b"another page"), SCOPE, False)
