"""What app tests share: a mock of their own in this process."""

import pytest

from auditmock.app import create_app
from auditmock.asgi import App
from auditmock.instants import parse_instant
from auditmock.settings import Settings

NOW = parse_instant("2026-02-03T04:05:06.789Z")


@pytest.fixture
def app() -> App:
    """Give a mock whose clock stands still."""
    return create_app(Settings(logs=400), lambda: NOW)
