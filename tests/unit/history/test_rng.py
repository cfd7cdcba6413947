"""Random numbers: they depend on seed, stream and index only, for integers and arrays alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.history.rng import Rng, Stream

seeds = st.integers(-(2**70), 2**70)
streams = st.sampled_from(Stream)
indices = st.integers(0, 2**62)
options = st.integers(1, 2**31)


@given(seeds, streams, st.lists(indices, max_size=8))
def test_arrays_and_integers_draw_the_same(seed: int, stream: Stream, drawn: list[int]) -> None:
    """Drawing for an array gives the same bits as for each index."""
    rng = Rng(seed)

    draw_bits_array = rng.draw_bits_array(stream, np.array(drawn, dtype=np.uint64))

    assert draw_bits_array.tolist() == [rng.draw_bits(stream, index) for index in drawn]


@given(seeds, streams, st.lists(indices, max_size=8), options)
def test_arrays_and_integers_choose_the_same(seed: int, stream: Stream, drawn: list[int], size: int) -> None:
    """Choosing for an array gives the same choices as for each index."""
    rng = Rng(seed)

    chosen = rng.choices(stream, np.array(drawn, dtype=np.uint64), size)

    assert chosen.tolist() == [rng.choose(stream, index, size) for index in drawn]


@given(seeds, streams, st.integers(-(2**62), 2**62), st.integers(1, 2**50))
def test_choice_is_within_range(seed: int, stream: Stream, index: int, size: int) -> None:
    """A choice is below the number of options, whatever the index is."""
    assert 0 <= Rng(seed).choose(stream, index, size) < size


@given(seeds, indices)
def test_streams_differ(seed: int, index: int) -> None:
    """No two streams draw the same bits for an index."""
    rng = Rng(seed)

    assert len({rng.draw_bits(stream, index) for stream in Stream}) == len(Stream)


def test_seeds_differ() -> None:
    """A thousand adjacent seeds draw a thousand different numbers."""
    assert len({Rng(seed).draw_bits(Stream.POOLS, 0) for seed in range(1000)}) == 1000


@pytest.mark.parametrize("stream", Stream)
def test_choices_are_uniform(stream: Stream) -> None:
    """Of 10,000 draws, each of ten options gets about a thousand."""
    drawn = Rng(1).choices(stream, np.arange(10_000, dtype=np.uint64), 10)

    assert all(850 < count < 1150 for count in np.bincount(drawn, minlength=10))


def test_mixer_is_splitmix64() -> None:
    """Index -1 takes back the step of a stream's key, so streams start from SplitMix64's published numbers.

    The first number SplitMix64 draws from the state 0 is 0xE220A8397B1DCDAF, the key of the first stream;
    from the state 0xE220A8397B1DCDAF it draws what that stream has at index 1.
    """
    assert Rng(0).draw_bits(Stream.POOLS, 1) == 0xA706DD2F4D197E6F
