"""The whole mock as one ASGI app, for use in a process of one's own."""

from auditmock.access import Stamp
from auditmock.asgi import App
from auditmock.clock import present_instant
from auditmock.fixtures.clocks import Clock
from auditmock.front import Front
from auditmock.judge import build_judge
from auditmock.mock import make_mock
from auditmock.settings import Settings


def create_app(settings: Settings | None = None, clock: Clock = present_instant) -> App:
    """Build a mock that shares nothing with any other; the clock tells the present instant."""
    settings = settings or Settings()
    mock = make_mock(settings, clock)
    return Front(mock, build_judge(mock, settings), Stamp(mock.ids, mock.version))
