"""An app that is built in the background, so that the server answers before all of it is there."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from auditmock.core.asgi import App, Receive, Scope, Send

_AFTER = 0.1
"""Seconds after the start; the very first answers do not share their core with it."""


class LazyApp:
    """Stands for an app that takes long to build; requests wait for it, the server's start does not."""

    def __init__(self, build: Callable[[], App], on_failure: Callable[[BaseException], None]) -> None:
        self._build = build
        self._on_failure = on_failure
        self._app: asyncio.Future[App] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the app, once it is there; the server's lifespan begins to build it."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await (await asyncio.shield(self._built()))(scope, receive, send)

    def _built(self) -> asyncio.Future[App]:
        if self._app is None:
            loop = asyncio.get_running_loop()
            self._app = loop.create_future()
            self._app.add_done_callback(self._report)
            # a daemon: a server that is to end at once does not wait for it
            threading.Thread(target=self._work, args=(loop, self._app), daemon=True).start()
        return self._app

    def _work(self, loop: asyncio.AbstractEventLoop, built: asyncio.Future[App]) -> None:
        try:
            app = self._build()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            report = partial(built.set_exception, error)
        else:
            report = partial(built.set_result, app)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(report)

    def _report(self, app: asyncio.Future[App]) -> None:
        error = app.exception()
        if error is not None:
            self._on_failure(error)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        asyncio.get_running_loop().call_later(_AFTER, self._built)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
