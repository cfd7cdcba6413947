"""The playbill: which scenarios a mock has, and the stages of those that were opened."""

from collections.abc import Callable
from functools import cache

from auditmock.fixtures.base import Base
from auditmock.fixtures.clocks import Clock
from auditmock.fixtures.readings import RecordsError
from auditmock.fixtures.scenario import find_scenario, read_scenarios
from auditmock.fixtures.script import Outline
from auditmock.fixtures.stage import Stage, Wishes, check_scenario, outline_history, set_stage
from auditmock.handlers.tokens import TOKEN_IDS
from auditmock.openapi import Contract
from auditmock.settings import Settings

ReadRecords = Callable[[Contract], Base]
"""Reads the logs of a data file."""


class Playbill:
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
        self._wishes = Wishes(settings.logs, settings.seed, settings.until)
        for scenario in self.scenarios.values():
            if scenario.token in TOKEN_IDS.values():
                place = scenario.source.where(("token",))
                raise RecordsError(f"{place}: {scenario.token} is the token of a person; take another one")
            if not scenario.is_shipped:
                check_scenario(scenario, contract, clock)
        self._data = read_records(contract) if read_records else None
        self.stage: Callable[[str], Stage] = cache(self._set)

    def count_logs(self, name: str) -> int:
        """Tell how many logs a world of a scenario begins with, without telling its history."""
        outline, data = self._outline(name), self._data_of(name)
        written = set_stage(self.scenarios[name], self._contract, outline._replace(logs=0)).size
        return written + (outline.logs if data is None else len(data))

    def _set(self, name: str) -> Stage:
        outline, data = self._outline(name), self._data_of(name)
        if data is not None:
            outline = outline._replace(logs=0)
        return set_stage(self.scenarios[name], self._contract, outline, data)

    def _outline(self, name: str) -> Outline:
        """Say what history a scenario has: how long it is, only the first one lets itself be told."""
        wishes = self._wishes if name == self._first else self._wishes._replace(logs=None)
        return outline_history(self.scenarios[name], self._clock, wishes)

    def _data_of(self, name: str) -> Base | None:
        return self._data if name == self._first else None
