"""Pools: distinct values that are valid in Coder, deterministic, without side effects."""

import ipaddress
import random

import pytest

from auditmock.core.constants import USER_AGENT_LIMIT
from auditmock.fixtures.history.faker_pools import draw_pools
from auditmock.fixtures.history.pools import POOL
from auditmock.fixtures.history.stored_pools import DEFAULT_SEED, fill_pools

POOLS = [fill_pools(seed) for seed in range(5)]


@pytest.mark.parametrize("seed", range(5))
def test_pools_are_deterministic(seed: int) -> None:
    """The same seed gives the same values in the same order."""
    assert fill_pools(seed) == POOLS[seed]


def test_stored_pools_match_faker() -> None:
    """The stored pools match Faker's; if Faker changed, run `make generate`."""
    assert fill_pools(DEFAULT_SEED) == draw_pools(DEFAULT_SEED)


def test_pools_differ_by_seed() -> None:
    """Different seeds give different pools."""
    assert len(set(POOLS)) == len(POOLS)


@pytest.mark.parametrize("name", ["first_names", "last_names", "words"])
@pytest.mark.parametrize("seed", range(5))
def test_words_are_short_and_distinct(seed: int, name: str) -> None:
    """First names, last names and words are distinct, of three to nine lower-case letters."""
    values = getattr(POOLS[seed], name)

    assert len(set(values)) == len(values) == POOL
    assert all(value.isascii() and value.isalpha() and value.islower() for value in values)
    assert all(3 <= len(value) <= 9 for value in values)


@pytest.mark.parametrize("seed", range(5))
def test_addresses_are_public(seed: int) -> None:
    """Addresses are distinct public IPv4 addresses."""
    addresses = [ipaddress.IPv4Address(address) for address in POOLS[seed].addresses]

    assert len(set(addresses)) == len(addresses)
    assert all(address.is_global for address in addresses)


@pytest.mark.parametrize("seed", range(5))
def test_user_agents_are_short_enough(seed: int) -> None:
    """User agents are browsers' and are not truncated."""
    browsers = POOLS[seed].browsers

    assert all(name.startswith("Mozilla/5.0 (") and len(name) <= USER_AGENT_LIMIT for name in browsers)


def test_pools_do_not_change_the_global_rng() -> None:
    """The interpreter's random numbers continue as if no pools had been drawn."""
    random.seed(7)
    expected = random.random()
    random.seed(7)

    fill_pools(3)

    assert random.random() == expected
