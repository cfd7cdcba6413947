"""What checks are given to compare answers with: logs of the deployment, read once a run."""

from collections.abc import Sequence

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.rules.logs import Log
from auditmock.contract.support.sample import Groups, Sample, take_groups, take_overview, take_sample


@pytest.fixture(scope="session")
def sample(target: Client) -> Sample:
    """Give some logs of the deployment's past; checks that need any are skipped when there are none."""
    sample = take_sample(target)
    if not sample.logs:
        pytest.skip("the deployment has no logs")
    return sample


@pytest.fixture(scope="session")
def kinds(target: Client, sample: Sample) -> Groups:
    """Give pages of logs of every kind."""
    return take_groups(target, sample.past)


@pytest.fixture(scope="session")
def gallery(target: Client, sample: Sample, kinds: Groups) -> Sequence[Log]:
    """Give the sample and some logs of every kind."""
    return [*sample.logs, *take_overview(target, kinds)]


@pytest.fixture(scope="session")
def member(target: Client) -> str:
    """Give the sender who may not read; checks about one are skipped when there is no such token."""
    if not target.tokens.second:
        pytest.skip("no --second-token is given")
    return "$CODER_SECOND_TOKEN"
