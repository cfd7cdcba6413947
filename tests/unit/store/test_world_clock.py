"""Clock of a world."""

from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.store.world_clock import WorldClock

instants = st.integers(min_value=0, max_value=10**16)
spans = st.integers(min_value=0, max_value=10**12)


class ManualClock:
    """A clock that is advanced by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        """Return the current time."""
        return self.now


@given(instants, spans)
def test_unset_clock_shows_the_real_time(now: int, passed: int) -> None:
    """Until it is set, a clock shows the real time."""
    real = ManualClock(now)
    clock = WorldClock(real)
    real.now += passed

    assert (clock(), clock.is_real, clock.is_frozen) == (now + passed, True, False)


@given(instants, instants, spans)
def test_set_clock_runs(now: int, shown: int, passed: int) -> None:
    """A set clock runs on from its new time."""
    real = ManualClock(now)
    clock = WorldClock(real)
    clock.set(shown, frozen=None)
    real.now += passed

    assert clock() == shown + passed


@given(instants, instants, spans, spans)
def test_frozen_clock_stands_still(now: int, shown: int, passed: int, step: int) -> None:
    """A frozen clock shows the same time until it is advanced."""
    real = ManualClock(now)
    clock = WorldClock(real)
    clock.set(shown, frozen=True)
    real.now += passed
    before = clock()
    clock.advance(step)

    assert (before, clock(), clock.is_frozen) == (shown, shown + step, True)


@given(instants, spans, spans)
def test_unfrozen_clock_continues_from_its_time(now: int, frozen: int, passed: int) -> None:
    """An unfrozen clock continues from the time at which it was frozen."""
    real = ManualClock(now)
    clock = WorldClock(real)
    clock.set(None, frozen=True)
    real.now += frozen
    clock.set(None, frozen=False)
    real.now += passed

    assert clock() == now + passed


@given(instants, instants, spans)
def test_released_clock_shows_the_real_time(now: int, shown: int, step: int) -> None:
    """A released clock shows the real time, whatever happened before."""
    clock = WorldClock(ManualClock(now))
    clock.set(shown, frozen=True)
    clock.advance(step)
    clock.reset()

    assert (clock(), clock.is_real) == (now, True)
