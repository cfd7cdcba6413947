"""A mock server for tests: runs in a thread, on a free port."""

import threading
from collections.abc import Mapping, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self

from auditmock.core.clock import current_time
from auditmock.core.errors import ApiError
from auditmock.fixtures.faults import check_fault
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.store.world_clock import Clock
from auditmock.fixtures.worlds import World
from auditmock.handlers.auth.tokens import SECRET_LENGTH, token_of
from auditmock.server.backends import build_backends
from auditmock.server.control_app import make_explainer
from auditmock.server.run import bind, make_server, url_of
from auditmock.server.state import make_state
from auditmock.settings import Settings


class AuditMock:
    """A mock server that runs while the context is open: `with AuditMock() as mock: get(mock.url)`."""

    def __init__(self, settings: Settings | None = None, clock: Clock = current_time) -> None:
        """Bind a free port; `clock` returns microseconds since 1970."""
        settings = settings or Settings()
        self._mock = make_state(settings, clock)
        self._listener = bind(settings.host, 0)
        self._ready = threading.Event()
        self._server = make_server(
            self._mock, settings, lambda: build_backends(self._mock, settings), self._ready.set
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._worlds = count(1)
        self._explainer = make_explainer(self._mock)
        self.url = url_of(self._listener)

    def token(self, role: str = "owner", *, scenario: str = "", beside: str = "") -> str:
        """Make a token of the owner, auditor, member, user-admin, suspended or expired user.

        Each token opens a new world; with `beside`, the world of that other token. With `scenario`, the token
        opens a world of that scenario, and the scenario sets the role. Raises ValueError for an unknown role
        or scenario.
        """
        secret = beside.partition("-")[2] or f"{next(self._worlds):0{SECRET_LENGTH}}"
        if not scenario:
            return token_of(_find_user(role), secret)
        known = self._mock.scenarios.scenarios
        if scenario not in known:
            raise ValueError(f'Unknown scenario "{scenario}". Available: {", ".join(known)}.')
        return f"{known[scenario].token}-{secret}"

    def fault(self, kind: str, *, token: str, **fields: Any) -> None:
        """Add a fault to a token's world; fields as in schema `Fault` of the control API.

        Raises ValueError for an invalid fault.
        """
        fault = {"kind": kind, **fields}
        check_fault(fault)
        faults = self._world(token).faults
        faults.set([*faults.show(), fault])

    def reset(self, token: str) -> None:
        """Reset a token's world to its scenario."""
        self._mock.worlds.reset(self._world(token).name)

    def requests(self, token: str = "", **wanted: Any) -> Sequence[Mapping[str, Any]]:
        """List received requests, newest first (schema `Request`), filtered by world and by field values."""
        if token:
            wanted["world"] = self._world(token).name
        summaries = (self._explainer.summarize(entry) for entry in self._mock.request_log)
        return [each for each in summaries if wanted.items() <= each.items()]

    def _world(self, token: str) -> World:
        try:
            return self._mock.tokens.open_session(token.encode()).world
        except ApiError as error:
            raise ValueError(f"The token is not accepted: {error.message}") from None

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()


def _find_user(role: str) -> BuiltinUser:
    roles = {user.name.lower().replace("_", "-"): user for user in BuiltinUser}
    if role not in roles:
        raise ValueError(f'Unknown role "{role}". Available: {", ".join(roles)}.')
    return roles[role]
