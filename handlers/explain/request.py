"""Explanations: how the server understood a request that is in the request_log, worked out when asked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditmock.core.constants import HINT_HEADER
from auditmock.core.models import Filter, Page
from auditmock.core.timestamps import SECOND, format_timestamp
from auditmock.fixtures.encoding.go_text import wrap
from auditmock.fixtures.worlds import Worlds
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.explain.analysis import RequestAnalysis, RequestAnalyzer
from auditmock.handlers.explain.errors import ErrorExplainer
from auditmock.handlers.explain.search import SearchDescriber
from auditmock.handlers.messages.hints import clip, suggest
from auditmock.handlers.messages.request import first_header
from auditmock.handlers.recording.redaction import Redaction
from auditmock.handlers.recording.request_log import FAULT, Entry
from auditmock.openapi.contract import Contract

LISTING = "get-audit-logs"
_FIRST_ERROR = 400
_COUNT = re.compile(rb'"count":([0-9]+)')


class Explainer:
    """Explains the requests to one mock."""

    def __init__(
        self, contract: Contract, tokens: Tokens, worlds: Worlds, understanding: SearchDescriber
    ) -> None:
        self._contract = contract
        self._worlds = worlds
        self._understanding = understanding
        self._finder = RequestAnalyzer(contract, tokens)
        self._redaction = Redaction(contract.token_locations)
        self._errors = ErrorExplainer(contract)
        self._secrets = {each.name for each in contract.token_locations if each.place == "query"}

    def summarize(self, entry: Entry) -> Mapping[str, Any]:
        """Write what a list of requests shows of one (schema `Request`)."""
        facts = self._finder.find(entry)
        hint = first_header(entry.headers, HINT_HEADER.lower().encode()) or b""
        return {
            "id": entry.number,
            "time": format_timestamp(entry.time - int(entry.seconds * SECOND)),
            "method": facts.method,
            "target": self._redaction.target(entry.scope),
            "status": entry.status,
            "milliseconds": round(entry.seconds * 1000, 3),
            "world": facts.visitor.world,
            "username": facts.visitor.username,
            "operation": facts.operation.id if facts.operation else "",
            "hint": hint.decode(),
            "fault": entry.scope.get(FAULT, ""),
        }

    def explain(self, entry: Entry) -> Mapping[str, Any]:
        """Write how the server understood a request (schema `Explanation`)."""
        facts = self._finder.find(entry)
        lists = facts.operation is not None and facts.operation.id == LISTING
        q = facts.value("q") if lists or facts.operation is None else ""
        search = self._understanding.tell(q, facts.visitor.username)
        search["hints"] += self._ignored(facts) if lists else ()
        refused = entry.status >= _FIRST_ERROR
        return {
            "request": self.summarize(entry),
            "headers": self._redaction.headers(entry.scope),
            "body": entry.body.decode(errors="replace"),
            "token": facts.visitor._asdict(),
            "route": self._finder.tell_route(facts),
            "search": search,
            "page": self._page(entry, facts) if lists and not refused and entry.status else {},
            "error": self._errors.tell(entry, facts, search) if refused else {},
        }

    def _ignored(self, facts: RequestAnalysis) -> Iterator[str]:
        """Tell which parameters a deployed release leaves out of account."""
        if not self._contract.server or not facts.operation:
            return
        known = tuple(each["name"] for each in facts.operation.parameters)
        for name in facts.values:
            if name not in known and name not in self._secrets:
                yield f'Unknown query param "{clip(name)}" is ignored. {suggest(name, known)}'
        if facts.value("after_id") and "cursor" not in self._contract.paging:
            yield "This release validates after_id but does not use it. Use offset."
        if not facts.value("limit") and not self._contract.default_limit:
            yield "Without limit, this release returns an empty page."

    def _page(self, entry: Entry, facts: RequestAnalysis) -> Mapping[str, Any]:
        limit, offset = (wrap(int(facts.value(name) or 0)) for name in ("limit", "offset"))
        limit = limit or self._contract.default_limit
        after = facts.value("after_id") if "cursor" in self._contract.paging else ""
        page: dict[str, Any] = {"limit": limit, "offset": offset}
        if after:
            page["after_id"] = after
        world = self._worlds.find(facts.visitor.world)
        if world:
            wanted, _ = self._understanding.filter(facts.value("q"), facts.visitor.username)
            found = world.store.find(wanted, Page(limit, offset, after or None))
            span = Filter((), wanted.since, wanted.until)
            page |= {"matched": found.count, "shown": found.shown}
            page["scanned"] = world.store.find(span, Page(0)).count
        if told := _COUNT.search(entry.answer):
            page["matched"] = int(told[1])
            page |= {} if after else {"shown": max(0, min(limit, page["matched"] - offset))}
        return page
