"""Rules of ids: each looks random, can be read back, and is told from any that was not written here."""

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
def test_an_id_is_read_back(seed: int, kind: Kind, number: int) -> None:
    """What an id stands for is found from the id alone, in either letter case."""
    ids = Ids(Rng(seed))
    written = ids.uuid(kind, number)

    assert ids.identity(written) == ids.identity(written.upper()) == Identity(kind, number)


@given(kinds, numbers)
def test_an_id_is_a_random_uuid_by_its_looks(kind: Kind, number: int) -> None:
    """An id is a UUID of version 4 in its usual form."""
    written = IDS.uuid(kind, number)
    uuid = UUID(written)

    assert (str(uuid), uuid.version, uuid.variant) == (written, 4, "specified in RFC 4122")


@given(kinds, numbers, st.integers(0, 127).filter(lambda bit: not 60 <= bit < 64))
def test_an_id_with_a_bit_changed_is_unknown(kind: Kind, number: int, bit: int) -> None:
    """No id is near another: one with a changed bit stands for nothing."""
    near = str(UUID(int=UUID(IDS.uuid(kind, number)).int ^ 1 << bit))

    assert IDS.identity(near) is None


@given(st.one_of(st.uuids().map(str), st.text(), st.text("0123456789abcdefABCDEF-_ +\u0661", max_size=40)))
def test_a_foreign_id_is_unknown(text: str) -> None:
    """A text that was not written as an id stands for nothing, and reading it does no harm."""
    assert IDS.identity(text) is None


@given(kinds, st.lists(numbers, min_size=2, max_size=50, unique=True))
def test_ranks_stand_in_the_order_of_ids(kind: Kind, several: list[int]) -> None:
    """Sorting numbers by their ranks sorts them by their ids."""
    ranks = IDS.ranks(kind, np.array(several, dtype=np.uint64)).tolist()
    by_rank = sorted(range(len(several)), key=ranks.__getitem__)
    by_id = sorted(range(len(several)), key=lambda place: IDS.uuid(kind, several[place]))

    assert by_rank == by_id


def test_seeds_have_ids_of_their_own() -> None:
    """What one seed wrote stands for nothing under another."""
    assert not [number for number in range(100) if Ids(Rng(2)).identity(IDS.uuid(Kind.LOG, number))]
