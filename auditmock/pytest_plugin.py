"""Pytest plugin: one mock per session, and a token with a private world per test."""

from collections.abc import Iterator

import pytest

from auditmock.openapi.releases import DOCUMENTED, list_releases
from auditmock.settings import Settings
from auditmock.testing import AuditMock


@pytest.fixture(scope="session")
def audit_mock(pytestconfig: pytest.Config) -> Iterator[AuditMock]:
    """Run a mock in this process, of the release in `--release`."""
    release = pytestconfig.getoption("release", DOCUMENTED)
    with AuditMock(Settings(release=release if release in list_releases() else DOCUMENTED)) as mock:
        yield mock


@pytest.fixture
def audit_token(audit_mock: AuditMock) -> str:
    """Make an owner's token with a private world."""
    return audit_mock.token()
