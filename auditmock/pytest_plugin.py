"""The pytest plugin of the mock: `audit_mock`, one mock for a whole session."""

from collections.abc import Iterator

import pytest

from auditmock.testing import AuditMock


@pytest.fixture(scope="session")
def audit_mock() -> Iterator[AuditMock]:
    """Give a mock that runs in this process."""
    with AuditMock() as mock:
        yield mock
