"""The whole mock as one ASGI app, for use in a process of one's own."""

from auditmock.core.asgi import App
from auditmock.core.clock import current_time
from auditmock.fixtures.store.clock import Clock
from auditmock.handlers.recording.recorder import ResponseHeaders
from auditmock.server.front import Front
from auditmock.server.judge import build_full_app
from auditmock.server.state import make_state
from auditmock.settings import Settings


def create_app(settings: Settings | None = None, clock: Clock = current_time) -> App:
    """Build a mock that shares nothing with any other; the clock tells the present instant."""
    settings = settings or Settings()
    mock = make_state(settings, clock)
    return Front(mock, build_full_app(mock, settings), ResponseHeaders(mock.ids, mock.version))
