"""Rules of worlds: what is posted in one is seen in no other, and their number is bounded."""

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
"""Bytes a world may take in which nothing was posted."""

names = st.sampled_from([SHARED, "a" * 22, "b" * 22, "c" * 22])


def make_world(name: str, scenario: str) -> World:
    """Make a world whose clock stands still."""
    clock = WorldClock(lambda: NOW)
    return World(name, scenario, open_store(HISTORY, clock), clock, {}, WorldFaults(name, WorldsWithFaults()))


def open_worlds(most: int = 10) -> Worlds:
    """Make worlds on one history."""
    return Worlds(SHARED, most, make_world, "default")


def written(store: Store) -> bytes:
    """Give all logs of a store as they are sent."""
    return b"\n".join(chain.from_iterable(store.find(Filter(), ALL).blocks))


def post(store: Store, address: str = "127.0.0.1") -> None:
    """Write a log."""
    store.add(new_log(ip=address), BuiltinUser.OWNER)


@given(st.lists(st.tuples(names, st.ip_addresses().map(str)), max_size=30))
def test_a_world_is_as_if_it_were_alone(posts: list[tuple[str, str]]) -> None:
    """Whoever posts elsewhere, a world's bytes are those of a fresh server with its own posts."""
    worlds = open_worlds()
    alone = {name: open_store(HISTORY) for name in {name for name, _ in posts}}
    for name, address in posts:
        post(worlds.open(name).store, address)
        post(alone[name], address)

    assert {name: written(worlds.open(name).store) for name in alone} == {
        name: written(store) for name, store in alone.items()
    }


def test_the_world_used_longest_ago_goes_first(caplog: pytest.LogCaptureFixture) -> None:
    """Beyond the bound the one not used for longest begins anew, which is said; those used since stay."""
    caplog.set_level("INFO")
    worlds = open_worlds(most=2)
    for name in ("first", "second"):
        post(worlds.open(name).store)
    worlds.open("first")
    worlds.open("third")

    assert [len(find(worlds.open(name).store)) for name in ("first", "second")] == [101, 100]
    assert "a world is forgotten" in caplog.text


def test_the_shared_world_stays() -> None:
    """However many others are opened, the shared world keeps what was posted."""
    worlds = open_worlds(most=1)
    post(worlds.open(SHARED).store)
    for number in range(20):
        worlds.open(str(number))

    assert len(find(worlds.open(SHARED).store)) == 101


def test_an_idle_world_is_small() -> None:
    """A world that was searched and not written to takes at most 10 kB."""
    worlds = open_worlds(most=1000)
    find(worlds.open(SHARED).store)
    tracemalloc.start()
    for number in range(100):
        find(worlds.open(f"{number + 1:022}").store)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size / 100 <= IDLE_WORLD


def test_a_world_that_is_reset_begins_anew() -> None:
    """A reset forgets what happened in a world, for those who hold it already as well, and in no other."""
    worlds = open_worlds()
    held = worlds.open(SHARED)
    for name in (SHARED, "a", "b"):
        post(worlds.open(name).store)
    worlds.reset(SHARED)
    worlds.reset("a")

    assert [len(find(worlds.open(name).store)) for name in (SHARED, "a", "b")] == [100, 100, 101]
    assert len(find(held.store)) == 100


def test_worlds_are_listed_by_their_last_use() -> None:
    """The shared world stands first, then the others, those used last before; only open ones are found."""
    worlds = open_worlds()
    for name in ("a", "b", "a"):
        worlds.open(name)

    assert [world.name for world in worlds] == [SHARED, "a", "b"]
    assert [worlds.find(name) is None for name in (SHARED, "a", "c")] == [False, False, True]


def test_a_name_tells_the_scenario() -> None:
    """A world begins with the scenario in its name, one without with that of the server."""
    worlds = open_worlds()

    assert [worlds.open(name).scenario for name in (SHARED, "a", "empty@a", f"busy@{SHARED}")] == [
        "default",
        "default",
        "empty",
        "busy",
    ]


@pytest.mark.parametrize("name", [SHARED, "a", "busy@a"])
def test_a_world_can_be_given_another_scenario(name: str) -> None:
    """With another scenario it begins anew, for those who hold it, too; a reset gives it its own again."""
    worlds = open_worlds()
    held = worlds.open(name)
    first = held.scenario
    post(held.store)
    changed = worlds.put(name, "empty")
    after = (changed is held, held.scenario, len(held.store))
    worlds.reset(name)

    assert after == (True, "empty", 100)
    assert worlds.open(name).scenario == first


def test_a_world_that_has_the_scenario_already_stays() -> None:
    """Giving a world the scenario it has changes nothing; one that is not open is opened with it."""
    worlds = open_worlds()
    for _ in range(2):
        post(worlds.put("a", "empty").store)

    assert len(worlds.open("a").store) == 102


@pytest.mark.parametrize("scenario", ["busy", "empty"])
def test_shared_worlds_of_scenarios_stay(scenario: str) -> None:
    """The shared world of each scenario is never forgotten either."""
    worlds = open_worlds(most=1)
    held = worlds.open(f"{scenario}@{SHARED}")
    for number in range(5):
        worlds.open(str(number))

    assert worlds.open(f"{scenario}@{SHARED}") is held
