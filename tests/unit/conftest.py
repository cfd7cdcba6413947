"""What unit tests share: small histories of many seeds, by each script."""

import pytest
from histories import make_history
from history_reader import Told
from lifecycle_facts import EARLY, TODAY

STORIES = [(EARLY, seed, 1000) for seed in range(20)] + [(TODAY, seed, 10_000) for seed in range(4)]


@pytest.fixture(scope="session", params=STORIES, ids=lambda story: f"{story[0].release}-{story[1]}")
def told(request: pytest.FixtureRequest) -> Told:
    """Give the history of one script and seed; tests of one run together, so that it is told once."""
    case, seed, logs = request.param
    history = make_history(seed, logs, contract=case.contract)
    return Told([history.log(position) for position in range(logs)], case)
