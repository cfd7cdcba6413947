"""Rules of a world's clock."""

from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.store.world_clock import WorldClock

instants = st.integers(min_value=0, max_value=10**16)
spans = st.integers(min_value=0, max_value=10**12)


class Real:
    """A real clock, moved by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        """Tell the present instant."""
        return self.now


@given(instants, spans)
def test_an_untouched_clock_is_the_real_one(now: int, passed: int) -> None:
    """Until it is set it shows the real time."""
    real = Real(now)
    clock = WorldClock(real)
    real.now += passed

    assert (clock(), clock.is_real, clock.is_frozen) == (now + passed, True, False)


@given(instants, instants, spans)
def test_a_clock_that_is_set_goes_on(now: int, shown: int, passed: int) -> None:
    """A clock that is set runs on from there as the real one does."""
    real = Real(now)
    clock = WorldClock(real)
    clock.set(shown, frozen=None)
    real.now += passed

    assert clock() == shown + passed


@given(instants, instants, spans, spans)
def test_a_frozen_clock_stands_still(now: int, shown: int, passed: int, step: int) -> None:
    """A frozen clock shows the same instant until it is moved, and can be moved on."""
    real = Real(now)
    clock = WorldClock(real)
    clock.set(shown, frozen=True)
    real.now += passed
    before = clock()
    clock.advance(step)

    assert (before, clock(), clock.is_frozen) == (shown, shown + step, True)


@given(instants, spans, spans)
def test_a_thawed_clock_goes_on_from_where_it_stood(now: int, frozen: int, passed: int) -> None:
    """Time that passed while a clock stood still is lost to it."""
    real = Real(now)
    clock = WorldClock(real)
    clock.set(None, frozen=True)
    real.now += frozen
    clock.set(None, frozen=False)
    real.now += passed

    assert clock() == now + passed


@given(instants, instants, spans)
def test_a_released_clock_is_real_again(now: int, shown: int, step: int) -> None:
    """Whatever was done to it, a released clock shows the real time."""
    clock = WorldClock(Real(now))
    clock.set(shown, frozen=True)
    clock.advance(step)
    clock.release()

    assert (clock(), clock.is_real) == (now, True)
