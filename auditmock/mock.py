"""The mock itself: contract, history, store and operations, before anything of HTTP is put around them."""

from collections.abc import Callable
from typing import NamedTuple

from auditmock.editions import DOCUMENTED, open_edition
from auditmock.fixtures.base import Base
from auditmock.fixtures.clocks import Clock, WorldClock
from auditmock.fixtures.desk import Desk
from auditmock.fixtures.history import History
from auditmock.fixtures.ids import Ids
from auditmock.fixtures.people import Holder
from auditmock.fixtures.script import Outline
from auditmock.fixtures.store import Store
from auditmock.fixtures.worlds import World, Worlds
from auditmock.handlers.journal import Journal
from auditmock.handlers.limits import RateLimit
from auditmock.handlers.operations import Operations
from auditmock.handlers.tokens import SHARED_SECRET, Tokens
from auditmock.openapi import Contract
from auditmock.settings import Settings

DEFAULT = "default"
"""The scenario of worlds that are opened by people's tokens."""

ReadRecords = Callable[[Contract], Base]
"""Reads the logs of a data file."""


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
    journal: Journal

    @property
    def version(self) -> str:
        """What `X-Coder-Build-Version` says."""
        return f"{self.contract.version}+{self.contract.build or DOCUMENTED}"


def make_mock(settings: Settings, clock: Clock, read_records: ReadRecords | None = None) -> Mock:
    """Make a mock: of the seeded history, or of records if a reader is given."""
    contract = open_edition(settings.edition)
    logs = 0 if read_records else settings.logs
    history = History(Outline(settings.seed, logs, settings.until), contract)
    base = read_records(contract) if read_records else history
    desk = Desk(
        history, (base,), history.wording, contract.enum("AuditAction"), contract.enum("ResourceType")
    )

    cast = {holder: history.crowd.person(holder) for holder in Holder}

    def make_world(name: str, scenario: str) -> World:
        world_clock = WorldClock(clock)
        return World(name, scenario, Store(desk, world_clock), world_clock, cast)

    worlds = Worlds(SHARED_SECRET, settings.max_worlds, make_world, DEFAULT)
    journal = Journal(settings.journal, clock)
    tokens = Tokens(contract.carriers, worlds.open, lambda _: cast, cured=not contract.server)
    limit = RateLimit(settings.rate_limit, clock) if settings.rate_limit else None
    return Mock(
        contract,
        worlds,
        tokens,
        Operations(contract),
        history.ids,
        history.organization,
        len(base),
        limit,
        journal,
    )
