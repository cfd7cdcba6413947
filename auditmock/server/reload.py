"""Reloads the mock when one of its files changes (`--watch`)."""

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
_POLL_INTERVAL = 500
"""Milliseconds between checks for cancellation, so that the watch stops with the server."""

Rebuild = Callable[[], tuple[MockState, Settings, Backends]]
"""Builds a mock and its backends from the current files."""


class Reloader:
    """Watches files and folders, rebuilds the mock on a change, and passes it to `replace`."""

    def __init__(
        self,
        paths: Collection[Path],
        rebuild: Rebuild,
        replace: Callable[[MockState, Settings, Backends], None],
    ) -> None:
        self._paths = frozenset(path.resolve() for path in paths)
        # watch the folders: editors replace files instead of writing to them
        self._folders = {path if path.is_dir() else path.parent for path in self._paths}
        self._rebuild = rebuild
        self._replace = replace

    async def run(self) -> None:
        """Watch until cancelled; after a failed rebuild, the previous mock stays in use."""
        changes = awatch(
            *self._folders,
            watch_filter=self._is_watched,
            debounce=_DEBOUNCE,
            rust_timeout=_POLL_INTERVAL,
            recursive=False,
        )
        async for changed in changes:
            await self._reload(", ".join(sorted({Path(path).name for _, path in changed})))

    async def _reload(self, names: str) -> None:
        try:
            rebuilt = await asyncio.to_thread(self._rebuild)
        except Exception as error:  # noqa: BLE001 - any error in a file is reported
            reason = " ".join(str(error).split())
            message = f"{type(error).__name__}: {reason}" if isinstance(error, LookupError) else reason
            _log.warning(
                "Reload failed (%s): %s. Still serving the previous version.", names, message.rstrip(".")
            )
        else:
            self._replace(*rebuilt)
            _log.info("Reloaded (%s); all worlds were reset.", names)

    def _is_watched(self, _change: Change, path: str) -> bool:
        return not self._paths.isdisjoint((Path(path), Path(path).parent))
