"""Arithmetic of the rate limit (reference 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.timestamps import SECOND, parse_timestamp
from auditmock.handlers.middleware.rate_limit import RateLimit, group_address

MINUTE = 60 * SECOND
START = parse_timestamp("2026-02-03T04:05:00Z")
KEY = ("127.0.0.1", "/api/v2/audit")


class ManualClock:
    """A clock that is advanced by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        """Return the current time."""
        return self.now


@given(st.integers(1, 60), st.integers(0, 80))
def test_limit_is_enforced_per_minute(limit: int, requests: int) -> None:
    """The first requests of a new minute are allowed, and each status has the remaining number."""
    rate = RateLimit(limit, ManualClock())
    statuses = [rate.take(KEY) for _ in range(requests)]

    assert [status.allowed for status in statuses] == [number < limit for number in range(requests)]
    assert [status.remaining for status in statuses] == [max(limit - number, 0) for number in range(requests)]
    assert {status.reset for status in statuses} <= {(START + MINUTE) // SECOND}


@given(st.integers(1, 60), st.integers(0, 59))
def test_previous_minute_is_weighted(limit: int, seconds: int) -> None:
    """The last minute counts by the share that is within the last sixty seconds, rounded."""
    clock = ManualClock()
    rate = RateLimit(limit, clock)
    for _ in range(limit):
        rate.take(KEY)
    clock.now += MINUTE + seconds * SECOND

    assert rate.take(KEY).remaining == limit - (2 * limit * (60 - seconds) + 60) // 120


def test_idle_minute_resets_the_count() -> None:
    """After a minute without requests a client is new."""
    clock = ManualClock()
    rate = RateLimit(1, clock)
    rate.take(KEY)
    clock.now += 2 * MINUTE

    assert rate.take(KEY).allowed


def test_rejected_requests_do_not_count() -> None:
    """Rejected requests do not delay the next allowed one."""
    clock = ManualClock()
    rate = RateLimit(2, clock)
    for _ in range(50):
        rate.take(KEY)
    clock.now += MINUTE + 30 * SECOND

    assert rate.take(KEY).allowed


def test_clients_and_paths_are_counted_separately() -> None:
    """Each client has a separate count for each path."""
    rate = RateLimit(1, ManualClock())
    keys = [("a", "/x"), ("a", "/x/"), ("b", "/x")]

    assert all(rate.take(key).allowed for key in keys)
    assert not any(rate.take(key).allowed for key in keys)


def test_old_counts_are_dropped() -> None:
    """Counts without weight are dropped from memory."""
    clock = ManualClock()
    rate = RateLimit(1, clock)
    for number in range(1000):
        rate.take((str(number), ""))
        clock.now += SECOND

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
def test_ipv6_network_is_one_client(address: str, group: str) -> None:
    """IPv6 addresses are grouped by their first 64 bits."""
    assert group_address(address) == group
