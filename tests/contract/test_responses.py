"""Checks of every response by itself, over all responses of a run; they send nothing."""

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Violation
from auditmock.checker.rules.response_rules import RULES

pytestmark = pytest.mark.check("schema", "responses", "#/paths")


@pytest.mark.parametrize("rule", RULES)
def test_every_response_follows_the_contract(target: Client, rule: str) -> None:
    """Every response of this run has a status, headers and a body that the contract allows."""
    violation = target.response_checker.violations.get(rule)
    if violation:
        raise Violation(violation.expected, violation.seen, (violation.exchange,))
