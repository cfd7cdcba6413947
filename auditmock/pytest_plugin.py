"""The pytest plugin of the mock: one mock for a whole session, and a token of its own for each test."""

from collections.abc import Iterator

import pytest

from auditmock.openapi.releases import DOCUMENTED, list_releases
from auditmock.settings import Settings
from auditmock.testing import AuditMock


@pytest.fixture(scope="session")
def audit_mock(pytestconfig: pytest.Config) -> Iterator[AuditMock]:
    """Give a mock that runs in this process, of the release that a run of the contract suite asks for."""
    release = pytestconfig.getoption("release", DOCUMENTED)
    with AuditMock(Settings(release=release if release in list_releases() else DOCUMENTED)) as mock:
        yield mock


@pytest.fixture
def audit_token(audit_mock: AuditMock) -> str:
    """Give a token of an owner in a world that nobody else sees."""
    return audit_mock.token()
