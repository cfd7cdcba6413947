"""The mock itself: contract, history, store and operations, before anything of HTTP is put around them."""

from collections.abc import Callable
from typing import NamedTuple

from auditmock.fixtures.base import Base
from auditmock.fixtures.desk import Desk
from auditmock.fixtures.history import History
from auditmock.fixtures.ids import Ids
from auditmock.fixtures.store import Clock, Store
from auditmock.fixtures.wording import Wording
from auditmock.fixtures.worlds import Worlds
from auditmock.handlers.operations import Operations
from auditmock.handlers.tokens import SHARED_SECRET, Tokens
from auditmock.openapi import Contract, load_contract
from auditmock.settings import Settings

EDITION = "documented"

ReadRecords = Callable[[Contract], Base]
"""Reads the logs of a data file."""


class Mock(NamedTuple):
    """What lane and stack both answer from."""

    contract: Contract
    tokens: Tokens
    operations: Operations
    ids: Ids
    size: int
    """How many logs there are at the start."""

    @property
    def version(self) -> str:
        """What `X-Coder-Build-Version` says."""
        return f"{self.contract.version}+{EDITION}"


def make_mock(settings: Settings, clock: Clock, read_records: ReadRecords | None = None) -> Mock:
    """Make a mock: of the seeded history, or of records if a reader is given."""
    contract = load_contract()
    wording = Wording(contract)
    history = History(settings.seed, 0 if read_records else settings.logs, settings.until, wording)
    base = read_records(contract) if read_records else history
    desk = Desk(history, base, wording, contract.enum("AuditAction"), contract.enum("ResourceType"))
    worlds = Worlds(SHARED_SECRET.encode(), settings.max_worlds, lambda: Store(desk, clock))
    tokens = Tokens(contract.carriers, history.crowd.person, worlds.open)
    return Mock(contract, tokens, Operations(contract), history.ids, len(base))
