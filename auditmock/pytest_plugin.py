"""The pytest plugin of the mock: `audit_mock`, one mock for a whole session."""

from collections.abc import Iterator

import pytest

from auditmock.editions import DOCUMENTED, list_editions
from auditmock.settings import Settings
from auditmock.testing import AuditMock


@pytest.fixture(scope="session")
def audit_mock(pytestconfig: pytest.Config) -> Iterator[AuditMock]:
    """Give a mock that runs in this process, of the edition that a run of the contract suite asks for."""
    edition = pytestconfig.getoption("edition", DOCUMENTED)
    with AuditMock(Settings(edition=edition if edition in list_editions() else DOCUMENTED)) as mock:
        yield mock
