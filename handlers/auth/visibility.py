"""Redaction of logs for roles that may not read the resources they are about (reference 11.4, 11.5)."""

import re
from collections.abc import Callable, Mapping

import orjson

from auditmock.core.models import SearchResult
from auditmock.fixtures.encoding.additional_fields import AdditionalFields
from auditmock.fixtures.encoding.description import LogDescriptions
from auditmock.fixtures.encoding.serialize import go_json
from auditmock.openapi.contract import Contract

_RESOURCE = re.compile(rb'"resource_type":"([^"]*)","resource_id":"([^"]*)"')
_LINK = b'"resource_link":'
_LINK_AND_DELETED = re.compile(rb'"(?:[^"\\]|\\.)*","is_deleted":(?:true|false)')
_NOT_DELETED = b',"is_deleted":false'


IsKnown = Callable[[str, str], bool]
"""Returns whether a resource of that type and ID exists or existed."""


class VisibilityFilter:
    """Removes links and deletions from logs, as `x-server.unseen` of the contract says."""

    def __init__(self, contract: Contract) -> None:
        unseen = contract.server.get("unseen", {})
        self._descriptions = LogDescriptions(contract)
        self._additional_fields = AdditionalFields(contract)
        self._roles = frozenset(unseen.get("by", ()))
        self._types = frozenset(unseen.get("resource_types", ()))
        self._replacement = orjson.loads(self._additional_fields.replacement)
        anything = dict.fromkeys(self._additional_fields.facts, "x")
        self._linked_by_facts = {
            resource_type for resource_type in self._types if self._link_from_facts(resource_type, anything)
        }

    def redact(self, found: SearchResult, roles: frozenset[str], is_known: IsKnown) -> SearchResult:
        """Redact a result for a caller with these roles; resources that never existed are not redacted."""
        if not self._roles or not roles <= self._roles:
            return found
        blocks = ([self._redact_log(log, is_known) for log in block] for block in found.blocks)
        return found._replace(blocks=blocks)

    def _redact_log(self, log: bytes, is_known: IsKnown) -> bytes:
        # additional_fields can contain anything: the log's own type is before it, its own link after it
        resource = _RESOURCE.search(log)
        if resource is None:
            return log
        resource_type, resource_id = (each.decode() for each in resource.groups())
        if resource_type not in self._types or not is_known(resource_type, resource_id):
            return log
        before, name, rest = log.rpartition(_LINK)
        link = go_json(self._link(log, resource_type))
        return b"".join((before, name, _LINK_AND_DELETED.sub(lambda _: link + _NOT_DELETED, rest, count=1)))

    def _link(self, log: bytes, resource_type: str) -> str:
        """Build the link from the log alone; empty if that requires a look at the resource."""
        if resource_type not in self._linked_by_facts:
            return ""
        fields = orjson.loads(log)["additional_fields"]
        if fields == self._replacement:
            return ""
        return self._link_from_facts(resource_type, self._additional_fields.decode(fields).facts)

    def _link_from_facts(self, resource_type: str, facts: Mapping[str, str]) -> str:
        return self._descriptions.link(resource_type, self._descriptions.take(resource_type, facts))
