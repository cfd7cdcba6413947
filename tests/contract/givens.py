"""What laws are given to compare answers with: logs of the deployment, read once a run."""

from collections.abc import Sequence

import pytest

from auditmock.contract.logs import Log
from auditmock.contract.sample import Kinds, Sample, take_gallery, take_kinds, take_sample
from auditmock.contract.target import Target


@pytest.fixture(scope="session")
def sample(target: Target) -> Sample:
    """Give some logs of the deployment's past; laws that need any are skipped when there are none."""
    sample = take_sample(target)
    if not sample.logs:
        pytest.skip("the deployment has no logs")
    return sample


@pytest.fixture(scope="session")
def kinds(target: Target, sample: Sample) -> Kinds:
    """Give pages of logs of every kind."""
    return take_kinds(target, sample.past)


@pytest.fixture(scope="session")
def gallery(target: Target, sample: Sample, kinds: Kinds) -> Sequence[Log]:
    """Give the sample and some logs of every kind."""
    return [*sample.logs, *take_gallery(target, kinds)]


@pytest.fixture(scope="session")
def member(target: Target) -> str:
    """Give the sender who may not read; laws about one are skipped when there is no such token."""
    if not target.tokens.second:
        pytest.skip("no --second-token is given")
    return "$CODER_SECOND_TOKEN"
