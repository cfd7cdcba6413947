"""Scenarios written in a test, and the logs and snapshots made from them."""

import json
from typing import Any

from histories import NOW

from auditmock.fixtures.scenarios.reader import Scenario, ScenarioReader
from auditmock.fixtures.scenarios.snapshot import Snapshot, build_snapshot, configure_history
from auditmock.fixtures.scenarios.yaml_positions import read_positioned
from auditmock.openapi.releases import DOCUMENTED, open_release

CONTRACT = open_release(DOCUMENTED)
READER = ScenarioReader(CONTRACT)


def read(text: str, name: str = "mine", reader: ScenarioReader = READER) -> Scenario:
    """Read a scenario."""
    return reader.parse(name, read_positioned("mine.yaml", text))


def open_snapshot(text: str, logs: int = 0, release: str = DOCUMENTED) -> Snapshot:
    """Build the snapshot of a scenario with this many logs of history."""
    contract = open_release(release)
    scenario = read(text, reader=ScenarioReader(contract))
    return build_snapshot(scenario, contract, configure_history(scenario, lambda: NOW)._replace(logs=logs))


def logs_of(text: str, release: str = DOCUMENTED) -> list[dict[str, Any]]:
    """Return the hand-written logs of a scenario."""
    base = open_snapshot("summary: x\n" + text, release=release).post_writer.bases[-1]
    return [json.loads(base.log(position)) for position in range(len(base))]
