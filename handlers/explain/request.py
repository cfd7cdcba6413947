"""Explanations of logged requests, computed on demand."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditmock.core.models import Filter, Page
from auditmock.core.timestamps import SECOND, format_timestamp
from auditmock.fixtures.encoding.go_text import wrap
from auditmock.fixtures.worlds import Worlds
from auditmock.handlers.audit import search_store
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.explain.analysis import RequestAnalysis, RequestAnalyzer
from auditmock.handlers.explain.errors import ErrorExplainer
from auditmock.handlers.explain.search import SearchExplainer
from auditmock.handlers.messages.hints import clip, suggest
from auditmock.handlers.messages.request import first_header
from auditmock.handlers.messages.response import HINT
from auditmock.handlers.recording.redaction import Redaction
from auditmock.handlers.recording.request_log import FAULT, Entry
from auditmock.openapi.contract import Contract

LIST_OPERATION = "get-audit-logs"
_FIRST_ERROR = 400
_COUNT = re.compile(rb'"count":([0-9]+)')


class Explainer:
    def __init__(self, contract: Contract, tokens: Tokens, worlds: Worlds, searches: SearchExplainer) -> None:
        self._contract = contract
        self._worlds = worlds
        self.searches = searches
        self._analyzer = RequestAnalyzer(contract, tokens)
        self._redaction = Redaction(contract.token_locations)
        self._errors = ErrorExplainer(contract)
        self._token_parameters = {each.name for each in contract.token_locations if each.place == "query"}

    def summarize(self, entry: Entry) -> Mapping[str, Any]:
        """Summarize a request (schema `Request`)."""
        analysis = self._analyzer.find(entry)
        hint = first_header(entry.headers, HINT) or b""
        return {
            "id": entry.number,
            "time": format_timestamp(entry.time - int(entry.seconds * SECOND)),
            "method": analysis.method,
            "target": self._redaction.target(entry.scope),
            "status": entry.status,
            "milliseconds": round(entry.seconds * 1000, 3),
            "world": analysis.token.world,
            "username": analysis.token.username,
            "operation": analysis.operation.id if analysis.operation else "",
            "hint": hint.decode(),
            "fault": entry.scope.get(FAULT, ""),
        }

    def explain(self, entry: Entry) -> Mapping[str, Any]:
        """Explain a request (schema `Explanation`)."""
        analysis = self._analyzer.find(entry)
        lists = analysis.operation is not None and analysis.operation.id == LIST_OPERATION
        q = analysis.value("q") if lists or analysis.operation is None else ""
        search = self.searches.explain(q, analysis.token.username)
        search["hints"] += self._ignored_parameters(analysis) if lists else ()
        rejected = entry.status >= _FIRST_ERROR
        return {
            "request": self.summarize(entry),
            "headers": self._redaction.headers(entry.scope),
            "body": entry.body.decode(errors="replace"),
            "token": analysis.token._asdict(),
            "route": self._analyzer.describe_route(analysis),
            "search": search,
            "page": self._page(entry, analysis) if lists and not rejected and entry.status else {},
            "error": self._errors.explain(entry, analysis, search) if rejected else {},
        }

    def _ignored_parameters(self, analysis: RequestAnalysis) -> Iterator[str]:
        if not self._contract.server or not analysis.operation:
            return
        known = tuple(each["name"] for each in analysis.operation.parameters)
        for name in analysis.values:
            if name not in known and name not in self._token_parameters:
                yield f'Unknown query param "{clip(name)}" is ignored. {suggest(name, known)}'
        if analysis.value("after_id") and "cursor" not in self._contract.paging:
            yield "This release validates after_id but does not use it. Use offset."
        if not analysis.value("limit") and not self._contract.default_limit:
            yield "Without limit, this release returns an empty page."

    def _page(self, entry: Entry, analysis: RequestAnalysis) -> Mapping[str, Any]:
        limit, offset = (wrap(int(analysis.value(name) or 0)) for name in ("limit", "offset"))
        limit = limit or self._contract.default_limit
        after = analysis.value("after_id") if "cursor" in self._contract.paging else ""
        page: dict[str, Any] = {"limit": limit, "offset": offset}
        if after:
            page["after_id"] = after
        world = self._worlds.find(analysis.token.world)
        if world:
            wanted, _ = self.searches.filter(analysis.value("q"), analysis.token.username)
            found = search_store(world.store, wanted, Page(limit, offset, after or None))
            searched = Filter((), wanted.since, wanted.until)
            page |= {"matched": found.count, "shown": found.shown}
            page["scanned"] = world.store.find(searched, Page(0)).count
        if count := _COUNT.search(entry.answer):
            page["matched"] = int(count[1])
            page |= {} if after else {"shown": max(0, min(limit, page["matched"] - offset))}
        return page
