"""A segment that consists of orders (age and id) only."""

from collections.abc import Sequence

from pyroaring import BitMap

from auditmock.fixtures.segments.segment import Segment, SortKey


class Plain(Segment):
    """A segment of orders; the search key `letter` matches the ids."""

    def __init__(self, orders: Sequence[SortKey]) -> None:
        self.orders = orders
        self.ages = [age for age, _ in orders]

    def select(self, key: str, value: str) -> BitMap:
        """Find the ids that contain a letter."""
        assert key == "letter"
        return BitMap([position for position, (_, log_id) in enumerate(self.orders) if value in log_id])

    def log(self, position: int) -> bytes:
        """Return an order as text."""
        return repr(self.orders[position]).encode()

    def log_id(self, position: int) -> str:
        """Return the id."""
        return self.orders[position][1]
