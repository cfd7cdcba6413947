"""The state of a mock: contract, worlds, tokens and operations, independent of HTTP."""

from collections.abc import Callable
from typing import NamedTuple

from auditmock.fixtures.faults import WorldFaults, WorldsWithFaults
from auditmock.fixtures.history.ids import Ids
from auditmock.fixtures.store.store import Store
from auditmock.fixtures.store.world_clock import Clock, WorldClock
from auditmock.fixtures.worlds import Users, World, Worlds
from auditmock.handlers.audit import AuditOperations
from auditmock.handlers.auth.tokens import SHARED_SECRET, Credential, Tokens
from auditmock.handlers.middleware.rate_limit import RateLimit
from auditmock.handlers.recording.request_log import RequestLog
from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import DOCUMENTED, open_release
from auditmock.server.scenarios import ReadRecords, ScenarioRegistry
from auditmock.settings import Settings


class MockState(NamedTuple):
    """What the fast path and the backends share."""

    contract: Contract
    worlds: Worlds
    tokens: Tokens
    operations: AuditOperations
    ids: Ids
    organization: Callable[[str], str | None]
    """Returns the id of an organization by name."""
    size: int
    """Number of logs in a new world of the default scenario."""
    limit: RateLimit | None
    worlds_with_faults: WorldsWithFaults
    request_log: RequestLog
    scenarios: ScenarioRegistry

    @property
    def version(self) -> str:
        """Value of `X-Coder-Build-Version`."""
        return f"{self.contract.version}+{self.contract.build or DOCUMENTED}"


def make_state(settings: Settings, clock: Clock, read_records: ReadRecords | None = None) -> MockState:
    """Make the state; `read_records` replaces the generated history. Raises InputFileError."""
    contract = open_release(settings.release)
    scenarios = ScenarioRegistry(settings, contract, clock, read_records)
    default = scenarios.snapshot(settings.scenario)

    worlds_with_faults = WorldsWithFaults()

    def make_world(name: str, scenario: str) -> World:
        snapshot, world_clock = scenarios.snapshot(scenario), WorldClock(clock)
        faults = WorldFaults(f"{settings.seed} {name}", worlds_with_faults, snapshot.faults)
        return World(
            name, scenario, Store(snapshot.post_writer, world_clock), world_clock, snapshot.users, faults
        )

    def find_cast(name: str) -> Users:
        world = worlds.find(name)
        return world.users if world else scenarios.snapshot(worlds.scenario_of(name)).users

    worlds = Worlds(SHARED_SECRET, settings.max_worlds, make_world, settings.scenario)
    passes = {each.token: Credential(each.caller, name) for name, each in scenarios.scenarios.items()}
    tokens = Tokens(contract.token_locations, worlds.open, find_cast, passes, server=contract.server)
    history = default.post_writer.history
    limit = RateLimit(settings.rate_limit, clock) if settings.rate_limit else None
    return MockState(
        contract,
        worlds,
        tokens,
        AuditOperations(contract),
        history.ids,
        history.organization,
        default.size,
        limit,
        worlds_with_faults,
        RequestLog(settings.request_log, clock),
        scenarios,
    )
