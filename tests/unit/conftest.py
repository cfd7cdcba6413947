"""Fixtures of unit tests: histories of many seeds, with both sets of lifecycles."""

import pytest
from histories import make_history
from history_reader import LoggedHistory
from lifecycle_facts import BASIC, CURRENT
from slow_cases import slow_except

HISTORIES = [(BASIC, seed, 1000) for seed in range(20)] + [(CURRENT, seed, 10_000) for seed in range(4)]
QUICK = [(BASIC, 0, 1000), (BASIC, 1, 1000), (BASIC, 2, 1000), (CURRENT, 0, 10_000)]


@pytest.fixture(
    scope="session",
    params=slow_except(HISTORIES, *QUICK),
    ids=[f"{case.release}-{seed}" for case, seed, _ in HISTORIES],
)
def logged(request: pytest.FixtureRequest) -> LoggedHistory:
    """Return the logs of a history; pytest groups tests by this fixture, so each is made once."""
    case, seed, logs = request.param
    history = make_history(seed, logs, contract=case.contract)
    return LoggedHistory([history.log(position) for position in range(logs)], case)
