"""Cases of a parametrized test that only `make test-slow` runs."""

from collections.abc import Iterable
from typing import Any

import pytest


def slow_except(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """Mark all cases as slow, except these."""
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]
