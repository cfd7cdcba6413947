"""A mock for tests: in a thread of the process under test, on a port of its own."""

import threading
from itertools import count
from types import TracebackType
from typing import Self

from auditmock.clock import present_instant
from auditmock.fixtures.people import Holder
from auditmock.handlers.tokens import SECRET_LENGTH, token_of
from auditmock.judge import build_judge
from auditmock.mock import make_mock
from auditmock.server import bind, make_server, url_of
from auditmock.settings import Settings


class AuditMock:
    """A mock that answers while the context is open: `with AuditMock() as mock: get(mock.url)`."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        mock = make_mock(settings, present_instant)
        self._listener = bind(settings.host, 0)
        self._ready = threading.Event()
        self._server = make_server(mock, lambda: build_judge(mock, settings), self._ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._worlds = count(1)
        self.url = url_of(self._listener)

    def token(self, role: str = "owner", beside: str = "") -> str:
        """Give a token of the owner, auditor, member, user-admin, suspended or expired.

        Each token opens a world of its own, with the history as it was at the start and nothing posted; one
        that is given `beside` another token sees that token's world.
        """
        secret = beside.partition("-")[2] or f"{next(self._worlds):0{SECRET_LENGTH}}"
        return token_of(Holder[role.upper().replace("-", "_")], secret)

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
