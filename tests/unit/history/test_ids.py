"""Ids: they look random, can be decoded, and differ from foreign ids."""

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.history.ids import Identity, Ids, Kind
from auditmock.fixtures.history.rng import Rng

IDS = Ids(Rng(1))
seeds = st.integers(0, 2**64 - 1)
kinds = st.sampled_from(Kind)
numbers = st.integers(0, 2**52 - 1)


@given(seeds, kinds, numbers)
def test_id_round_trips(seed: int, kind: Kind, number: int) -> None:
    """An id decodes to its kind and number, in either letter case."""
    ids = Ids(Rng(seed))
    written = ids.uuid(kind, number)

    assert ids.identity(written) == ids.identity(written.upper()) == Identity(kind, number)


@given(kinds, numbers)
def test_id_is_a_uuid_of_version_4(kind: Kind, number: int) -> None:
    """An id is a UUID of version 4 in its canonical form."""
    written = IDS.uuid(kind, number)
    uuid = UUID(written)

    assert (str(uuid), uuid.version, uuid.variant) == (written, 4, "specified in RFC 4122")


@given(kinds, numbers, st.integers(0, 127).filter(lambda bit: not 60 <= bit < 64))
def test_id_with_a_flipped_bit_is_unknown(kind: Kind, number: int, bit: int) -> None:
    """An id with a flipped bit decodes to nothing."""
    near = str(UUID(int=UUID(IDS.uuid(kind, number)).int ^ 1 << bit))

    assert IDS.identity(near) is None


@given(st.one_of(st.uuids().map(str), st.text(), st.text("0123456789abcdefABCDEF-_ +\u0661", max_size=40)))
def test_foreign_id_is_unknown(text: str) -> None:
    """Any other text decodes to nothing."""
    assert IDS.identity(text) is None


@given(kinds, st.lists(numbers, min_size=2, max_size=50, unique=True))
def test_ranks_sort_like_ids(kind: Kind, sample: list[int]) -> None:
    """Sorting numbers by rank sorts them by id."""
    ranks = IDS.ranks(kind, np.array(sample, dtype=np.uint64)).tolist()
    by_rank = sorted(range(len(sample)), key=ranks.__getitem__)
    by_id = sorted(range(len(sample)), key=lambda index: IDS.uuid(kind, sample[index]))

    assert by_rank == by_id


def test_id_of_another_seed_is_unknown() -> None:
    """An id of one seed is unknown to another seed."""
    assert not [number for number in range(100) if Ids(Rng(2)).identity(IDS.uuid(Kind.LOG, number))]
