"""An app that is built in the background, so that the server answers before all of it is there."""

import asyncio
from collections.abc import Callable

from auditmock.asgi import App, Receive, Scope, Send

_AFTER = 0.1
"""Seconds after the start; the very first answers do not share their core with it."""


class Deferred:
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
            self._app = asyncio.get_running_loop().run_in_executor(None, self._build)
            self._app.add_done_callback(self._report)
        return self._app

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
