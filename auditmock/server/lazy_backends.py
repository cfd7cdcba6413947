"""Backends built in a background thread while the fast path already answers requests."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from auditmock.core.asgi_types import Receive, Scope, Send
from auditmock.server.app import Backends

_DELAY = 0.1
"""Seconds after the start, so that the build does not slow the first responses down."""


class LazyBackends:
    """Proxy of backends that are slow to build; only requests to them wait for the build."""

    def __init__(self, build: Callable[[], Backends], on_failure: Callable[[BaseException], None]) -> None:
        self._build = build
        self._on_failure = on_failure
        self._built: asyncio.Future[Backends] | None = None

    def start(self) -> None:
        asyncio.get_running_loop().call_later(_DELAY, self._ensure_built)

    async def api(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await asyncio.shield(self._ensure_built())).api(scope, receive, send)

    async def own_pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await asyncio.shield(self._ensure_built())).own_pages(scope, receive, send)

    def _ensure_built(self) -> asyncio.Future[Backends]:
        if self._built is None:
            loop = asyncio.get_running_loop()
            self._built = loop.create_future()
            self._built.add_done_callback(self._report)
            # a daemon thread: the server can stop without waiting for it
            threading.Thread(target=self._run_build, args=(loop, self._built), daemon=True).start()
        return self._built

    def _run_build(self, loop: asyncio.AbstractEventLoop, built: asyncio.Future[Backends]) -> None:
        try:
            backends = self._build()
        except Exception as error:  # noqa: BLE001 - every error is reported
            report = partial(built.set_exception, error)
        else:
            report = partial(built.set_result, backends)
        with suppress(RuntimeError):  # the loop is closed: no request waits
            loop.call_soon_threadsafe(report)

    def _report(self, built: asyncio.Future[Backends]) -> None:
        error = built.exception()
        if error is not None:
            self._on_failure(error)
