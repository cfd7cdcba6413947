"""Scenarios to test on, written in the test, and what they put on stage."""

import json
from typing import Any

from histories import NOW

from auditmock.editions import DOCUMENTED, open_edition
from auditmock.fixtures.marks import read_marked
from auditmock.fixtures.scenario import Scenario, ScenarioReader
from auditmock.fixtures.stage import Stage, outline_history, set_stage

CONTRACT = open_edition(DOCUMENTED)
READER = ScenarioReader(CONTRACT)


def read(text: str, name: str = "mine", reader: ScenarioReader = READER) -> Scenario:
    """Read a scenario."""
    return reader.understand(name, read_marked("mine.yaml", text))


def open_stage(text: str, logs: int = 0, edition: str = DOCUMENTED) -> Stage:
    """Set the stage of a scenario, its history of so many logs."""
    contract = open_edition(edition)
    scenario = read(text, reader=ScenarioReader(contract))
    return set_stage(scenario, contract, outline_history(scenario, lambda: NOW)._replace(logs=logs))


def logs_of(text: str, edition: str = DOCUMENTED) -> list[dict[str, Any]]:
    """Give the logs a scenario writes."""
    base = open_stage("summary: x\n" + text, edition=edition).desk.bases[-1]
    return [json.loads(base.log(position)) for position in range(len(base))]
