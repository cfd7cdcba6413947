"""Reloading: the mock anew when a file changes that it was made from (`--watch`)."""

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path

from watchfiles import Change, awatch

from auditmock.server.app import Backends
from auditmock.server.state import MockState
from auditmock.settings import Settings

_log = logging.getLogger(__name__)

_DEBOUNCE = 200
"""Milliseconds to wait for more changes: editors write a file in several steps."""
_PATIENCE = 500
"""Milliseconds after which the watch looks up, so that it ends with the server."""

Rebuild = Callable[[], tuple[MockState, Settings, Backends]]
"""Makes a mock and its backends from the files as they are now."""


class Reloader:
    """Watches files, and folders for all that lies in them; hands on what was made anew."""

    def __init__(
        self,
        paths: Collection[Path],
        rebuild: Rebuild,
        replace: Callable[[MockState, Settings, Backends], None],
    ) -> None:
        self._paths = frozenset(path.resolve() for path in paths)
        # an editor may put a new file in the place of the old one, which only the folder notices
        self._folders = {path if path.is_dir() else path.parent for path in self._paths}
        self._rebuild = rebuild
        self._replace = replace

    async def run(self) -> None:
        """Go on until cancelled; what was served stays where what is new is wrong."""
        changes = awatch(
            *self._folders,
            watch_filter=self._concerns,
            debounce=_DEBOUNCE,
            rust_timeout=_PATIENCE,
            recursive=False,
        )
        async for changed in changes:
            await self._reload(", ".join(sorted({Path(path).name for _, path in changed})))

    async def _reload(self, names: str) -> None:
        try:
            rebuilt = await asyncio.to_thread(self._rebuild)
        except Exception as error:  # noqa: BLE001 - files can be wrong in any way; it is told
            reason = " ".join(str(error).split())
            told = f"{type(error).__name__}: {reason}" if isinstance(error, LookupError) else reason
            _log.warning("%s changed and is wrong; what was served before goes on: %s", names, told)
        else:
            self._replace(*rebuilt)
            _log.info("%s changed: served from now on, all worlds begin anew", names)

    def _concerns(self, _change: Change, path: str) -> bool:
        return not self._paths.isdisjoint((Path(path), Path(path).parent))
