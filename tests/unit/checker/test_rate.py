"""Rate limiter of the checker: requests per second and in total."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.checker.core.rate import BudgetSpentError, RateLimiter, TooManyAtOnceError


class Clock:
    """A clock that advances only during sleep."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the current time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance the time."""
        self.now += seconds


STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.floats(0, 2), st.floats(0, 0.7), st.floats(0, 1)), min_size=1, max_size=30
)


@given(STEPS)
def test_rate_is_a_limit_in_every_second(steps: list[tuple[int, float, float, float]]) -> None:
    """The server receives no more requests in any second than the rate, with any latency."""
    clock = Clock()
    pace = RateLimiter(4, 1000, clock, clock.sleep)
    seen: list[float] = []
    for requests, idle, latency, part in steps:
        clock.now += idle
        pace.step(requests)
        seen += [clock.now + latency * part] * requests
        clock.now += latency
        pace.answered(requests)

    assert all(sum(start <= at <= start + 1 for at in seen) <= 4 for start in seen)


def test_requests_are_spaced_evenly() -> None:
    """Single requests are sent at equal intervals."""
    clock = Clock()
    pace = RateLimiter(10, 1000, clock, clock.sleep)
    sent = []
    for _ in range(31):
        pace.step()
        sent.append(clock.now)
        pace.answered()

    assert all(later - earlier >= 0.0999 for earlier, later in pairwise(sent))
    assert sent[-1] - sent[0] == pytest.approx(3, abs=0.01)


def test_too_many_concurrent_requests_are_rejected() -> None:
    """More concurrent requests than the rate raise an error and are not counted."""
    pace = RateLimiter(3, 100)
    with pytest.raises(TooManyAtOnceError, match="4 requests at once"):
        pace.step(4)

    assert pace.spent == 0


def test_budget_is_not_exceeded() -> None:
    """If the budget does not suffice, an error is raised and nothing is counted."""
    pace = RateLimiter(0, 3)
    pace.step(2)
    with pytest.raises(BudgetSpentError, match="budget of 3 requests is spent"):
        pace.step(2)

    assert pace.spent == 2


def test_pause_delays_the_next_request() -> None:
    """After a pause the next request waits as long as requested."""
    clock = Clock()
    pace = RateLimiter(10, 100, clock, clock.sleep)
    pace.step()
    pace.pause(30)
    pace.step()

    assert clock.now >= 130
