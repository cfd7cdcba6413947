"""Rules of worlds: what is posted in one is seen in no other, and their number is bounded."""

import tracemalloc
from itertools import chain

import pytest
from histories import ALL, find, new_log, open_store, tell_history
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.people import Holder
from auditmock.fixtures.store import Store
from auditmock.fixtures.worlds import Worlds
from auditmock.models import Filter

HISTORY = tell_history(logs=100)
SHARED = b"0" * 22
IDLE_WORLD = 10_000
"""Bytes a world may take in which nothing was posted."""

names = st.sampled_from([SHARED, b"a" * 22, b"b" * 22, b"c" * 22])


def open_worlds(most: int = 10) -> Worlds:
    """Make worlds on one history."""
    return Worlds(SHARED, most, lambda: open_store(HISTORY))


def written(store: Store) -> bytes:
    """Give all logs of a store as they are sent."""
    return b"\n".join(chain.from_iterable(store.find(Filter(), ALL).blocks))


def post(store: Store, address: str = "127.0.0.1") -> None:
    """Write a log."""
    store.add(new_log(ip=address), Holder.OWNER)


@given(st.lists(st.tuples(names, st.ip_addresses().map(str)), max_size=30))
def test_a_world_is_as_if_it_were_alone(posts: list[tuple[bytes, str]]) -> None:
    """Whoever posts elsewhere, a world's bytes are those of a fresh server with its own posts."""
    worlds = open_worlds()
    alone = {name: open_store(HISTORY) for name in {name for name, _ in posts}}
    for name, address in posts:
        post(worlds.open(name), address)
        post(alone[name], address)

    assert {name: written(worlds.open(name)) for name in alone} == {
        name: written(store) for name, store in alone.items()
    }


def test_the_world_used_longest_ago_goes_first(caplog: pytest.LogCaptureFixture) -> None:
    """Beyond the bound the one not used for longest begins anew, which is said; those used since stay."""
    caplog.set_level("INFO")
    worlds = open_worlds(most=2)
    for name in (b"first", b"second"):
        post(worlds.open(name))
    worlds.open(b"first")
    worlds.open(b"third")

    assert [len(find(worlds.open(name))) for name in (b"first", b"second")] == [101, 100]
    assert "a world is forgotten" in caplog.text


def test_the_shared_world_stays() -> None:
    """However many others are opened, the shared world keeps what was posted."""
    worlds = open_worlds(most=1)
    post(worlds.open(SHARED))
    for number in range(20):
        worlds.open(b"%d" % number)

    assert len(find(worlds.open(SHARED))) == 101


def test_an_idle_world_is_small() -> None:
    """A world that was searched and not written to takes at most 10 kB."""
    worlds = open_worlds(most=1000)
    find(worlds.open(SHARED))
    tracemalloc.start()
    for number in range(100):
        find(worlds.open(b"%022d" % (number + 1)))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size / 100 <= IDLE_WORLD
