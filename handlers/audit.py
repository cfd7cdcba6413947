"""The operations of the audit API: from a parsed request to a response."""

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Any

import orjson

from auditmock.core.errors import PlainTextError, database_error, log_not_found
from auditmock.core.models import Filter, NewLog, Page, SearchResult
from auditmock.fixtures.segments.paging import BLOCK
from auditmock.fixtures.store.store import LogNotFoundError, Store
from auditmock.handlers.auth.tokens import Caller
from auditmock.handlers.auth.visibility import VisibilityFilter
from auditmock.handlers.messages.response import JSON_CONTENT, NO_CONTENT, Reply, content_length, page_reply
from auditmock.handlers.search import SearchLanguage
from auditmock.openapi.contract import Contract


def search_store(store: Store, wanted: Filter, page: Page) -> SearchResult:
    """Search a store; raises 404 if `page.after` is not the ID of a log."""
    try:
        return store.find(wanted, page)
    except LogNotFoundError as error:
        raise log_not_found(error.log_id) from None


class AuditOperations:
    """Operations of one contract; all arguments but `q` are validated."""

    def __init__(self, contract: Contract) -> None:
        self._language = SearchLanguage(contract.search)
        self._default_limit = contract.default_limit
        self._visibility = VisibilityFilter(contract)
        self._no_user = contract.no_user
        self._counts_page: bool = contract.paging["count"] == "of_page"
        self._count_cap: int | None = contract.paging.get("count_cap")
        count_cap = b"" if self._count_cap is None else b',"count_cap":%d' % self._count_cap
        self._page_end = b'],"count":%d' + count_cap + b"}\n"
        self._failure: Mapping[str, Any] = contract.document.get("x-encoding", {}).get("unwritable", {})

    def get_audit_logs(self, caller: Caller, q: str, page: Page) -> Reply:
        """List audit logs; raises ApiError for a malformed search (400) and an unknown cursor (404)."""
        query = self._language.parse(q, caller.username)
        if not page.limit:
            page = page._replace(limit=self._default_limit)
        return page_reply(search_store(caller.world.store, query.filter, page), query.hints)

    def find_logs(self, caller: Caller, wanted: Filter, page: Page) -> Reply:
        """List audit logs like a Coder server (reference 8.2, 8.4), without hints."""
        if not page.limit:
            page = page._replace(limit=self._default_limit)
        try:
            if self._no_user and caller.world.store.may_lack_users:
                self._require_users(search_store(caller.world.store, wanted, page).blocks)
            return self.render_page(caller, wanted, page)
        except OverflowError:
            return self._encoding_failure()

    def render_page(self, caller: Caller, wanted: Filter, page: Page) -> Reply:
        """Make the response of such a list, even if the server could not read it."""
        found = search_store(caller.world.store, wanted, page)
        if self._counts_page and not found.shown:
            found = found._replace(count=0)
        elif self._count_cap is not None and found.count > self._count_cap:
            found = found._replace(count=self._count_cap + 1)
        if found.shown > BLOCK:
            # encode the last log and the first block before sending: years out of range come first or last
            last = page._replace(offset=page.offset + found.shown - 1, limit=1)
            list(search_store(caller.world.store, wanted, last).blocks)
            found = found._replace(blocks=chain(list(islice(found.blocks, 1)), found.blocks))
        found = self._visibility.redact(found, caller.roles, caller.world.store.has_resource)
        return page_reply(found, (), self._page_end)

    def _encoding_failure(self) -> Reply:
        """Make the response of a server whose encoder fails (reference 3, 12.5)."""
        if self._failure["text"]:
            headers = (("X-Content-Type-Options", "nosniff"),)
            raise PlainTextError(self._failure["status"], self._failure["text"], headers=headers)
        return Reply(self._failure["status"], [JSON_CONTENT, content_length(b"")], b"")

    def _require_users(self, blocks: Iterable[list[bytes]]) -> None:
        """Raise ApiError (500) if a log has no user (reference 10.2)."""
        if any(orjson.loads(log)["user"] is None for block in blocks for log in block):
            raise database_error(self._no_user)

    def generate_fake_audit_logs(self, caller: Caller, new: NewLog) -> Reply:
        caller.world.store.add(new, caller.number)
        return NO_CONTENT
