"""Rules of the pace: how fast and how much the suite asks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.checker.core.rate import BudgetSpentError, RateLimiter, TooManyAtOnceError


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.floats(0, 2), st.floats(0, 0.7), st.floats(0, 1)), min_size=1, max_size=30
)


@given(STEPS)
def test_no_second_has_more_than_the_rate(steps: list[tuple[int, float, float, float]]) -> None:
    """No second of a server has more requests than the rate, groups included, whenever it sees them."""
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
    """One by one they leave at equal intervals, a second's number in a little more than a second."""
    clock = Clock()
    pace = RateLimiter(10, 1000, clock, clock.sleep)
    sent = []
    for _ in range(31):
        pace.step()
        sent.append(clock.now)
        pace.answered()

    assert all(later - earlier >= 0.0999 for earlier, later in pairwise(sent))
    assert sent[-1] - sent[0] == pytest.approx(3, abs=0.01)


def test_what_never_fits_is_not_sent() -> None:
    """More at once than a second may have are not counted either."""
    pace = RateLimiter(3, 100)
    with pytest.raises(TooManyAtOnceError, match="4 requests at once"):
        pace.step(4)

    assert pace.spent == 0


def test_the_budget_is_not_exceeded() -> None:
    """When no request is left, that is said, and none is counted any more."""
    pace = RateLimiter(0, 3)
    pace.step(2)
    with pytest.raises(BudgetSpentError, match="budget of 3 requests is spent"):
        pace.step(2)

    assert pace.spent == 2


def test_a_pause_holds_everything_back() -> None:
    """After a pause the next request waits as long as was asked."""
    clock = Clock()
    pace = RateLimiter(10, 100, clock, clock.sleep)
    pace.step()
    pace.pause(30)
    pace.step()

    assert clock.now >= 130
