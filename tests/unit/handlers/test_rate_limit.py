"""Rules of the rate limit's arithmetic (reference 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.timestamps import SECOND, parse_timestamp
from auditmock.handlers.middleware.rate_limit import RateLimit, group_address

MINUTE = 60 * SECOND
START = parse_timestamp("2026-02-03T04:05:00Z")
KEY = ("127.0.0.1", "/api/v2/audit")


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        """Tell the present instant."""
        return self.now


@given(st.integers(1, 60), st.integers(0, 80))
def test_a_minute_lets_through_so_many(limit: int, asked: int) -> None:
    """Of the requests of a fresh minute the first so many are allowed, and each is told how many are left."""
    rate = RateLimit(limit, Hand())
    standings = [rate.take(KEY) for _ in range(asked)]

    assert [each.allowed for each in standings] == [number < limit for number in range(asked)]
    assert [each.remaining for each in standings] == [max(limit - number, 0) for number in range(asked)]
    assert {each.reset for each in standings} <= {(START + MINUTE) // SECOND}


@given(st.integers(1, 60), st.integers(0, 59))
def test_the_minute_before_weighs_by_what_is_left_of_it(limit: int, seconds: int) -> None:
    """So far into a minute, the one before counts by the share that is at most sixty seconds ago, rounded."""
    hand = Hand()
    rate = RateLimit(limit, hand)
    for _ in range(limit):
        rate.take(KEY)
    hand.now += MINUTE + seconds * SECOND

    assert rate.take(KEY).remaining == limit - (2 * limit * (60 - seconds) + 60) // 120


def test_two_minutes_later_nothing_weighs() -> None:
    """A minute without requests makes a client a new one."""
    hand = Hand()
    rate = RateLimit(1, hand)
    rate.take(KEY)
    hand.now += 2 * MINUTE

    assert rate.take(KEY).allowed


def test_what_is_refused_does_not_count() -> None:
    """However often a refused client asks, it may ask again as soon as one that was patient."""
    hand = Hand()
    rate = RateLimit(2, hand)
    for _ in range(50):
        rate.take(KEY)
    hand.now += MINUTE + 30 * SECOND

    assert rate.take(KEY).allowed


def test_clients_and_paths_are_counted_apart() -> None:
    """Each client has its own count for each path."""
    rate = RateLimit(1, Hand())
    keys = [("a", "/x"), ("a", "/x/"), ("b", "/x")]

    assert all(rate.take(key).allowed for key in keys)
    assert not any(rate.take(key).allowed for key in keys)


def test_old_counts_are_dropped() -> None:
    """What weighs nothing any more takes no memory."""
    hand = Hand()
    rate = RateLimit(1, hand)
    for number in range(1000):
        rate.take((str(number), ""))
        hand.now += SECOND

    assert len(rate) < 300


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_one_client(address: str, group: str) -> None:
    """Of IPv6 the first 64 bits count."""
    assert group_address(address) == group
