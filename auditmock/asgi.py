"""The mock as an ASGI app."""

from auditmock.core.clock import current_time
from auditmock.fixtures.store.world_clock import Clock
from auditmock.handlers.recording.recorder import ResponseHeaders
from auditmock.server.app import MockApp
from auditmock.server.backends import build_backends
from auditmock.server.state import make_state
from auditmock.settings import Settings


def create_app(settings: Settings | None = None, clock: Clock = current_time) -> MockApp:
    """Build a mock as an ASGI app without global state; `clock` returns microseconds since 1970."""
    settings = settings or Settings()
    state = make_state(settings, clock)
    headers = ResponseHeaders(state.ids, state.version)
    return MockApp(state, settings, build_backends(state, settings), headers)
