"""Checks of every answer by itself, looked at over all answers of the run; they send nothing."""

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Violation
from auditmock.checker.rules.response_rules import RULES

pytestmark = pytest.mark.check("schema", "answers", "#/paths")


@pytest.mark.parametrize("rule", RULES)
def test_every_answer_keeps_the_contract(target: Client, rule: str) -> None:
    """Status, media type, headers and body of all answers of this run are those of the contract."""
    sighting = target.watch.sightings.get(rule)
    if sighting:
        raise Violation(sighting.expected, sighting.seen, (sighting.exchange,))
