"""The scenarios: which scenarios a mock has, and the stages of those that were opened."""

from collections.abc import Callable
from functools import cache

from auditmock.fixtures.history.config import HistoryConfig
from auditmock.fixtures.importing.reader import RecordsError
from auditmock.fixtures.scenarios.reader import find_scenario, read_scenarios
from auditmock.fixtures.scenarios.snapshot import (
    Overrides,
    Snapshot,
    build_snapshot,
    check_scenario,
    configure_history,
)
from auditmock.fixtures.segments.base import Base
from auditmock.fixtures.store.clock import Clock
from auditmock.handlers.auth.tokens import TOKEN_IDS
from auditmock.openapi.contract import Contract
from auditmock.settings import Settings

ReadRecords = Callable[[Contract], Base]
"""Reads the logs of a data file."""


class ScenarioRegistry:
    """The scenarios of one mock; a stage is set when the first world of its scenario is opened."""

    def __init__(
        self, settings: Settings, contract: Contract, clock: Clock, read_records: ReadRecords | None = None
    ) -> None:
        """Read the scenarios; raises RecordsError for one that could not be opened, or is not there."""
        self.scenarios = read_scenarios(contract, settings.scenarios)
        self._first = settings.scenario
        find_scenario(settings.scenario, settings.scenarios)
        self._contract = contract
        self._clock = clock
        self._wishes = Overrides(settings.logs, settings.seed, settings.until)
        for scenario in self.scenarios.values():
            if scenario.token in TOKEN_IDS.values():
                place = scenario.source.where(("token",))
                raise RecordsError(f"{place}: {scenario.token} is the token of a person; take another one")
            if not scenario.is_shipped:
                check_scenario(scenario, contract, clock)
        self._data = read_records(contract) if read_records else None
        self.stage: Callable[[str], Snapshot] = cache(self._set)

    def count_logs(self, name: str) -> int:
        """Tell how many logs a world of a scenario begins with, without telling its history."""
        outline, data = self._outline(name), self._data_of(name)
        written = build_snapshot(self.scenarios[name], self._contract, outline._replace(logs=0)).size
        return written + (outline.logs if data is None else len(data))

    def _set(self, name: str) -> Snapshot:
        outline, data = self._outline(name), self._data_of(name)
        if data is not None:
            outline = outline._replace(logs=0)
        return build_snapshot(self.scenarios[name], self._contract, outline, data)

    def _outline(self, name: str) -> HistoryConfig:
        """Say what history a scenario has: how long it is, only the first one lets itself be told."""
        wishes = self._wishes if name == self._first else self._wishes._replace(logs=None)
        return configure_history(self.scenarios[name], self._clock, wishes)

    def _data_of(self, name: str) -> Base | None:
        return self._data if name == self._first else None
