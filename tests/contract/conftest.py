"""Fixtures: logs of the deployment that checks compare responses with, read once per run."""

from collections.abc import Sequence

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.rules.log_model import Log
from auditmock.contract.support.sample import (
    PagesByValue,
    Sample,
    read_pages_by_value,
    read_sample,
    read_varied_logs,
)


@pytest.fixture(scope="session")
def sample(target: Client) -> Sample:
    """Read logs of past days; skip the checks that need them if there are none."""
    sample = read_sample(target)
    if not sample.logs:
        pytest.skip("the deployment has no logs")
    return sample


@pytest.fixture(scope="session")
def pages_by_value(target: Client, sample: Sample) -> PagesByValue:
    return read_pages_by_value(target, sample.past)


@pytest.fixture(scope="session")
def varied_logs(target: Client, sample: Sample, pages_by_value: PagesByValue) -> Sequence[Log]:
    return [*sample.logs, *read_varied_logs(target, pages_by_value)]


@pytest.fixture(scope="session")
def member_token(target: Client) -> str:
    """Return the sender for the member's token; skip the checks that need it if there is none."""
    if not target.tokens.second:
        pytest.skip("needs --second-token")
    return "$CODER_SECOND_TOKEN"
