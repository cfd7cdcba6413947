"""What unit tests share: small histories of many seeds."""

import pytest
from chronicles import Told
from histories import tell_history

LOGS = 1000
SEEDS = range(20)


@pytest.fixture(scope="session", params=SEEDS)
def told(request: pytest.FixtureRequest) -> Told:
    """Give the history of one seed; tests of one seed run together, so that it is told once."""
    history = tell_history(request.param, LOGS)
    return Told([history.log(position) for position in range(LOGS)])
