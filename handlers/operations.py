"""The operations of the contract, one method each: from an understood request to an answer."""

from auditmock.handlers.search import SearchLanguage
from auditmock.handlers.tokens import Caller
from auditmock.handlers.wire import NO_CONTENT, Reply, page_reply
from auditmock.models import NewLog, Page
from auditmock.openapi import Contract


class Operations:
    """Answers for one contract; everything it is given is valid in form, except `q`."""

    def __init__(self, contract: Contract) -> None:
        self._language = SearchLanguage(contract.search)
        self._default_limit = contract.default_limit

    def get_audit_logs(self, caller: Caller, q: str, page: Page) -> Reply:
        """List audit logs; refuses (400) a malformed search and (404) an unknown cursor."""
        query = self._language.parse(q, caller.username)
        if not page.limit:
            page = page._replace(limit=self._default_limit)
        return page_reply(caller.store.find(query.filter, page), query.hints)

    def generate_fake_audit_logs(self, caller: Caller, new: NewLog) -> Reply:
        """Write one audit log."""
        caller.store.add(new, caller.number)
        return NO_CONTENT
