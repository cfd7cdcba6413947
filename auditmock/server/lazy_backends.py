"""Backends built in the background, so that the server answers before all of them are there."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from auditmock.core.asgi import Receive, Scope, Send
from auditmock.server.app import Backends

_DELAY = 0.1
"""Seconds after the start; the very first answers do not share their core with the build."""


class LazyBackends:
    """Stands for backends that take long to build; requests wait for them, the server's start does not."""

    def __init__(self, build: Callable[[], Backends], on_failure: Callable[[BaseException], None]) -> None:
        self._build = build
        self._on_failure = on_failure
        self._built: asyncio.Future[Backends] | None = None

    def start(self) -> None:
        """Begin to build soon."""
        asyncio.get_running_loop().call_later(_DELAY, self._wait)

    async def api(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to the API or to its documentation."""
        await (await asyncio.shield(self._wait())).api(scope, receive, send)

    async def own_pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below `/_mock`."""
        await (await asyncio.shield(self._wait())).own_pages(scope, receive, send)

    def _wait(self) -> asyncio.Future[Backends]:
        if self._built is None:
            loop = asyncio.get_running_loop()
            self._built = loop.create_future()
            self._built.add_done_callback(self._report)
            # a daemon: a server that is to end at once does not wait for it
            threading.Thread(target=self._work, args=(loop, self._built), daemon=True).start()
        return self._built

    def _work(self, loop: asyncio.AbstractEventLoop, built: asyncio.Future[Backends]) -> None:
        try:
            backends = self._build()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            report = partial(built.set_exception, error)
        else:
            report = partial(built.set_result, backends)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(report)

    def _report(self, built: asyncio.Future[Backends]) -> None:
        error = built.exception()
        if error is not None:
            self._on_failure(error)
