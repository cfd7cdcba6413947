"""Results of measurements: tables and targets."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any, NamedTuple


class Target(NamedTuple):
    """An upper bound on a value, or (`at_least`) a lower one."""

    what: str
    value: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the value is within its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


class Table(NamedTuple):
    """A table; the first column has names."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


class Part(NamedTuple):
    """The results of one part; `data` is for the JSON report."""

    name: str
    tables: Sequence[Table]
    targets: Sequence[Target]
    data: Any


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Format a median, minimum and maximum."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of two or more values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def megabytes(size: float) -> float:
    """Convert bytes to MB."""
    return size / 1e6
