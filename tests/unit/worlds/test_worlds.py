"""Worlds: each is isolated from the others, and their number is bounded."""

import tracemalloc
from itertools import chain

import pytest
from histories import ALL, NOW, find, make_history, new_log, open_store
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.models import Filter
from auditmock.fixtures.faults import WorldFaults, WorldsWithFaults
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.store.store import Store
from auditmock.fixtures.store.world_clock import WorldClock
from auditmock.fixtures.worlds import World, Worlds

HISTORY = make_history(logs=100)
SHARED = "0" * 22
IDLE_WORLD = 10_000
"""Maximum size of a world without posted logs, in bytes."""

names = st.sampled_from([SHARED, "a" * 22, "b" * 22, "c" * 22])


def make_world(name: str, scenario: str) -> World:
    """Make a world with a frozen clock."""
    clock = WorldClock(lambda: NOW)
    return World(name, scenario, open_store(HISTORY, clock), clock, {}, WorldFaults(name, WorldsWithFaults()))


def open_worlds(limit: int = 10) -> Worlds:
    """Make worlds on one history."""
    return Worlds(SHARED, limit, make_world, "default")


def read_bytes(store: Store) -> bytes:
    """Return the bytes of all logs of a store."""
    return b"\n".join(chain.from_iterable(store.find(Filter(), ALL).blocks))


def post(store: Store, address: str = "127.0.0.1") -> None:
    """Post a log."""
    store.add(new_log(ip=address), BuiltinUser.OWNER)


@given(st.lists(st.tuples(names, st.ip_addresses().map(str)), max_size=30))
def test_worlds_are_isolated(posts: list[tuple[str, str]]) -> None:
    """A world's bytes equal those of a new server with the world's own posts."""
    worlds = open_worlds()
    alone = {name: open_store(HISTORY) for name in {name for name, _ in posts}}
    for name, address in posts:
        post(worlds.open(name).store, address)
        post(alone[name], address)

    assert {name: read_bytes(worlds.open(name).store) for name in alone} == {
        name: read_bytes(store) for name, store in alone.items()
    }


def test_least_recently_used_world_is_evicted(caplog: pytest.LogCaptureFixture) -> None:
    """Beyond the limit the least recently used world is evicted, and a message says so."""
    caplog.set_level("INFO")
    worlds = open_worlds(limit=2)
    for name in ("first", "second"):
        post(worlds.open(name).store)
    worlds.open("first")
    worlds.open("third")

    assert [len(find(worlds.open(name).store)) for name in ("first", "second")] == [101, 100]
    assert "evicted the least recently used world" in caplog.text


def test_shared_world_is_never_evicted() -> None:
    """The shared world keeps its posts, however many others are opened."""
    worlds = open_worlds(limit=1)
    post(worlds.open(SHARED).store)
    for number in range(20):
        worlds.open(str(number))

    assert len(find(worlds.open(SHARED).store)) == 101


def test_idle_world_is_small() -> None:
    """A world without posts takes at most 10 kB."""
    worlds = open_worlds(limit=1000)
    find(worlds.open(SHARED).store)
    tracemalloc.start()
    for number in range(100):
        find(worlds.open(f"{number + 1:022}").store)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size / 100 <= IDLE_WORLD


def test_reset_clears_a_world() -> None:
    """A reset clears a world, also for its current users, and no other world."""
    worlds = open_worlds()
    world = worlds.open(SHARED)
    for name in (SHARED, "a", "b"):
        post(worlds.open(name).store)
    worlds.reset(SHARED)
    worlds.reset("a")

    assert [len(find(worlds.open(name).store)) for name in (SHARED, "a", "b")] == [100, 100, 101]
    assert len(find(world.store)) == 100


def test_worlds_are_listed_by_their_last_use() -> None:
    """The shared world is first, then the others by last use; only open worlds are found."""
    worlds = open_worlds()
    for name in ("a", "b", "a"):
        worlds.open(name)

    assert [world.name for world in worlds] == [SHARED, "a", "b"]
    assert [worlds.find(name) is None for name in (SHARED, "a", "c")] == [False, False, True]


def test_world_name_selects_the_scenario() -> None:
    """A world starts with the scenario in its name, or with the server's default."""
    worlds = open_worlds()

    assert [worlds.open(name).scenario for name in (SHARED, "a", "empty@a", f"busy@{SHARED}")] == [
        "default",
        "default",
        "empty",
        "busy",
    ]


@pytest.mark.parametrize("name", [SHARED, "a", "busy@a"])
def test_world_scenario_can_be_changed(name: str) -> None:
    """Another scenario replaces a world's logs, also for its current users; a reset restores its own."""
    worlds = open_worlds()
    world = worlds.open(name)
    first = world.scenario
    post(world.store)
    changed = worlds.put(name, "empty")
    after = (changed is world, world.scenario, len(world.store))
    worlds.reset(name)

    assert after == (True, "empty", 100)
    assert worlds.open(name).scenario == first


def test_same_scenario_changes_nothing() -> None:
    """Loading the world's own scenario keeps its logs; a new world is opened with it."""
    worlds = open_worlds()
    for _ in range(2):
        post(worlds.put("a", "empty").store)

    assert len(worlds.open("a").store) == 102


@pytest.mark.parametrize("scenario", ["busy", "empty"])
def test_shared_worlds_of_scenarios_are_never_evicted(scenario: str) -> None:
    """The shared world of each scenario is never evicted."""
    worlds = open_worlds(limit=1)
    world = worlds.open(f"{scenario}@{SHARED}")
    for number in range(5):
        worlds.open(str(number))

    assert worlds.open(f"{scenario}@{SHARED}") is world
