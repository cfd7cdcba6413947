"""What a caller sees of logs about resources that are not theirs to look at (reference 11.4, 11.5)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditmock.models import Found

_LINK = b'"resource_link":"'
_SHOWN = re.compile(rb'[^"]*","is_deleted":(?:true|false)')
_HIDDEN = b'","is_deleted":false'


class Veil:
    """Takes links and deletions out of logs; who does not see which types is the contract's `unseen`."""

    def __init__(self, unseen: Mapping[str, Any]) -> None:
        self._roles = frozenset(unseen.get("by", ()))
        kinds = "|".join(unseen.get("resource_types", ())).encode()
        self._about = re.compile(b'"resource_type":"(?:%b)"' % kinds)

    def cover(self, found: Found, roles: frozenset[str]) -> Found:
        """Show what is found as a caller of these roles sees it."""
        if not self._roles or not roles <= self._roles:
            return found
        return found._replace(blocks=self._cover(found.blocks))

    def _cover(self, blocks: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
        for block in blocks:
            yield [self._hide(log) if self._about.search(log) else log for log in block]

    def _hide(self, log: bytes) -> bytes:
        # the last one is the log's own: additional fields, which may hold anything, stand before it
        before, link, rest = log.rpartition(_LINK)
        return b"".join((before, link, _SHOWN.sub(_HIDDEN, rest, count=1)))
