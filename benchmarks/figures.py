"""What a measurement comes to: tables to read, and targets that are met or missed."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A bound on a figure, from above or (`at_least`) from below."""

    what: str
    value: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure keeps to its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


class Table(NamedTuple):
    """A table; the first column holds names."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


class Part(NamedTuple):
    """All about one subject; `data` is for machines."""

    name: str
    tables: Sequence[Table]
    targets: Sequence[Target]
    data: Any


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Write a median and, in brackets, the least and the greatest value."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def percentile(values: Sequence[float], percent: int) -> float:
    """Give a percentile of two or more values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def megabytes(size: float) -> float:
    """Turn bytes into MB."""
    return size / 1e6
