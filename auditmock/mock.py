"""The mock itself: contract, history, store and operations, before anything of HTTP is put around them."""

from collections.abc import Callable
from typing import NamedTuple

from auditmock.editions import DOCUMENTED, open_edition
from auditmock.fixtures.clocks import Clock, WorldClock
from auditmock.fixtures.ids import Ids
from auditmock.fixtures.mishaps import Mishaps, Unrest
from auditmock.fixtures.store import Store
from auditmock.fixtures.worlds import Cast, World, Worlds
from auditmock.handlers.journal import Journal
from auditmock.handlers.limits import RateLimit
from auditmock.handlers.operations import Operations
from auditmock.handlers.tokens import SHARED_SECRET, Pass, Tokens
from auditmock.openapi import Contract
from auditmock.playbill import Playbill, ReadRecords
from auditmock.settings import Settings


class Mock(NamedTuple):
    """What lane and stack both answer from."""

    contract: Contract
    worlds: Worlds
    tokens: Tokens
    operations: Operations
    ids: Ids
    organization: Callable[[str], str | None]
    """Finds the id of an organization by its name."""
    size: int
    """How many logs there are at the start."""
    limit: RateLimit | None
    unrest: Unrest
    journal: Journal
    playbill: Playbill

    @property
    def version(self) -> str:
        """What `X-Coder-Build-Version` says."""
        return f"{self.contract.version}+{self.contract.build or DOCUMENTED}"


def make_mock(settings: Settings, clock: Clock, read_records: ReadRecords | None = None) -> Mock:
    """Make a mock; where a reader is given, its records are in place of the history.

    Raises RecordsError for scenarios and records that are not as they must be.
    """
    contract = open_edition(settings.edition)
    playbill = Playbill(settings, contract, clock, read_records)
    first = playbill.stage(settings.scenario)

    unrest = Unrest()

    def make_world(name: str, scenario: str) -> World:
        stage, world_clock = playbill.stage(scenario), WorldClock(clock)
        mishaps = Mishaps(f"{settings.seed} {name}", unrest, stage.faults)
        return World(name, scenario, Store(stage.desk, world_clock), world_clock, stage.cast, mishaps)

    def find_cast(name: str) -> Cast:
        world = worlds.find(name)
        return world.cast if world else playbill.stage(worlds.scenario_of(name)).cast

    worlds = Worlds(SHARED_SECRET, settings.max_worlds, make_world, settings.scenario)
    passes = {each.token: Pass(each.caller, name) for name, each in playbill.scenarios.items()}
    tokens = Tokens(contract.carriers, worlds.open, find_cast, passes, server=contract.server)
    history = first.desk.history
    limit = RateLimit(settings.rate_limit, clock) if settings.rate_limit else None
    return Mock(
        contract,
        worlds,
        tokens,
        Operations(contract),
        history.ids,
        history.organization,
        first.size,
        limit,
        unrest,
        Journal(settings.journal, clock),
        playbill,
    )
