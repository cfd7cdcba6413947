"""A segment to test on that is nothing but orders."""

from collections.abc import Sequence

from pyroaring import BitMap

from auditmock.fixtures.segments.segment import Order, Segment


class Plain(Segment):
    """A segment of bare orders; the search key `letter` looks into the ids."""

    def __init__(self, listed: Sequence[Order]) -> None:
        self.listed = listed
        self.ages = [age for age, _ in listed]

    def select(self, key: str, value: str) -> BitMap:
        """Find the ids that have a letter."""
        assert key == "letter"
        return BitMap([place for place, (_, log_id) in enumerate(self.listed) if value in log_id])

    def log(self, position: int) -> bytes:
        """Write an order."""
        return repr(self.listed[position]).encode()

    def log_id(self, position: int) -> str:
        """Give the id."""
        return self.listed[position][1]
