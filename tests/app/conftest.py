"""Fixtures of app tests: mocks in this process with a frozen clock."""

import pytest

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.core.timestamps import parse_timestamp
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")


def new_app() -> App:
    """Make a new mock."""
    return create_app(Settings(logs=400), lambda: NOW)


@pytest.fixture
def app() -> App:
    """Make a mock for tests that write."""
    return new_app()


@pytest.fixture(scope="session")
def shared_app() -> App:
    """Make a mock for tests that only read."""
    return new_app()
