"""Registry of scenarios and their snapshots."""

from collections.abc import Callable
from functools import cache

from auditmock.fixtures.history.history_config import HistoryConfig
from auditmock.fixtures.importing.reader import InputFileError
from auditmock.fixtures.scenarios.reader import find_scenario, read_scenarios
from auditmock.fixtures.scenarios.snapshot import (
    Overrides,
    Snapshot,
    build_snapshot,
    check_scenario,
    configure_history,
)
from auditmock.fixtures.segments.segment import Base
from auditmock.fixtures.store.world_clock import Clock
from auditmock.handlers.auth.tokens import TOKEN_IDS
from auditmock.openapi.contract import Contract
from auditmock.settings import Settings

ReadRecords = Callable[[Contract], Base]
"""Reads the logs of a data file."""


class ScenarioRegistry:
    """The scenarios of one mock; a snapshot is built when the first world of its scenario is opened."""

    def __init__(
        self, settings: Settings, contract: Contract, clock: Clock, read_records: ReadRecords | None = None
    ) -> None:
        """Read the scenarios; raises InputFileError for an invalid or unknown one."""
        self.scenarios = read_scenarios(contract, settings.scenarios)
        self._default = settings.scenario
        find_scenario(settings.scenario, settings.scenarios)
        self._contract = contract
        self._clock = clock
        self._overrides = Overrides(settings.logs, settings.seed, settings.until)
        for scenario in self.scenarios.values():
            if scenario.token in TOKEN_IDS.values():
                place = scenario.source.format_position(("token",))
                raise InputFileError(
                    f"{place}: {scenario.token} is reserved for a built-in user; choose another token"
                )
            if not scenario.is_shipped:
                check_scenario(scenario, contract, clock)
        self._data = read_records(contract) if read_records else None
        self.snapshot: Callable[[str], Snapshot] = cache(self._build_snapshot)

    def count_logs(self, name: str) -> int:
        """Count the logs of a new world of a scenario, without generating its history."""
        config, data = self._history_of(name), self._data_of(name)
        written = build_snapshot(self.scenarios[name], self._contract, config._replace(logs=0)).size
        return written + (config.logs if data is None else len(data))

    def _build_snapshot(self, name: str) -> Snapshot:
        config, data = self._history_of(name), self._data_of(name)
        if data is not None:
            config = config._replace(logs=0)
        return build_snapshot(self.scenarios[name], self._contract, config, data)

    def _history_of(self, name: str) -> HistoryConfig:
        """Return the history settings of a scenario; `--logs` applies only to the default scenario."""
        overrides = self._overrides if name == self._default else self._overrides._replace(logs=None)
        return configure_history(self.scenarios[name], self._clock, overrides)

    def _data_of(self, name: str) -> Base | None:
        return self._data if name == self._default else None
