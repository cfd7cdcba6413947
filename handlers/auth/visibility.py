"""What a caller sees of logs about resources that are not theirs to look at (reference 11.4, 11.5)."""

import re
from collections.abc import Callable, Iterator, Mapping

import orjson

from auditmock.core.models import SearchResult
from auditmock.fixtures.encoding.additional_fields import AdditionalFields
from auditmock.fixtures.encoding.description import LogDescriptions
from auditmock.fixtures.encoding.serialize import go_json
from auditmock.openapi.contract import Contract

_ABOUT = re.compile(rb'"resource_type":"([^"]*)","resource_id":"([^"]*)"')
_LINK = b'"resource_link":'
_SHOWN = re.compile(rb'"(?:[^"\\]|\\.)*","is_deleted":(?:true|false)')
_HIDDEN = b',"is_deleted":false'


Knows = Callable[[str, str], bool]
"""Tells whether there is or was a resource of that type and id."""


class VisibilityFilter:
    """Takes links and deletions out of logs; who does not see which types is the contract's `unseen`."""

    def __init__(self, contract: Contract) -> None:
        unseen = contract.server.get("unseen", {})
        self._descriptions = LogDescriptions(contract)
        self._extras = AdditionalFields(contract)
        self._roles = frozenset(unseen.get("by", ()))
        self._types = frozenset(unseen.get("resource_types", ()))
        self._replacement = orjson.loads(self._extras.replacement)
        anything = dict.fromkeys(self._extras.facts, "x")
        self._telling = {kind for kind in self._types if self._tell(kind, anything)}

    def cover(self, found: SearchResult, roles: frozenset[str], knows: Knows) -> SearchResult:
        """Show what is found as a caller of these roles sees it; no right hides what there never was."""
        if not self._roles or not roles <= self._roles:
            return found
        return found._replace(blocks=self._cover(found.blocks, knows))

    def _cover(self, blocks: Iterator[list[bytes]], knows: Knows) -> Iterator[list[bytes]]:
        for block in blocks:
            yield [self._show(log, knows) for log in block]

    def _show(self, log: bytes, knows: Knows) -> bytes:
        # additional fields may hold anything: the log's own type stands before them, its own link behind
        about = _ABOUT.search(log)
        if about is None or about[1].decode() not in self._types:
            return log
        if not knows(about[1].decode(), about[2].decode()):
            return log
        before, name, rest = log.rpartition(_LINK)
        link = go_json(self._link(log, about[1].decode()))
        return b"".join((before, name, _SHOWN.sub(lambda _: link + _HIDDEN, rest, count=1)))

    def _link(self, log: bytes, resource_type: str) -> str:
        """Write what a log alone tells of its link; empty when it takes a look at the resource."""
        if resource_type not in self._telling:
            return ""
        fields = orjson.loads(log)["additional_fields"]
        if fields == self._replacement:
            return ""
        return self._tell(resource_type, self._extras.decode(fields).facts)

    def _tell(self, resource_type: str, told: Mapping[str, str]) -> str:
        return self._descriptions.link(resource_type, self._descriptions.take(resource_type, told))
