"""The values that pass between the layers."""

from collections.abc import Iterator
from typing import NamedTuple

from auditmock.core.constants import NIL_UUID


class User(NamedTuple):
    """A user of the deployment; the fields are Coder's (reference 10.2), times are instants."""

    id: str
    username: str
    email: str
    created_at: int
    last_seen_at: int | None
    status: str
    organization_ids: tuple[str, ...]
    roles: tuple[str, ...]
    avatar_url: str = ""
    name: str = ""
    login_type: str = "password"


class Filter(NamedTuple):
    """What a search asks for: every pair must hold, and `since` <= time <= `until` (instants)."""

    equal: tuple[tuple[str, str], ...] = ()
    since: int | None = None
    until: int | None = None


class Page(NamedTuple):
    """Which of the matching logs to show: at most `limit`, past `offset`, past the log `after`."""

    limit: int
    offset: int = 0
    after: str | None = None


class SearchResult(NamedTuple):
    """The answer to a search: how many logs match, how many the page shows, and those in blocks.

    Each block is a list of logs in wire form (JSON bytes).
    """

    count: int  # type: ignore[assignment]  # hides tuple.count
    shown: int
    blocks: Iterator[list[bytes]]


class NewLog(NamedTuple):
    """A log to write (reference 12.1); what is None gets its default from the store."""

    action: str
    resource_type: str
    resource_id: str | None
    time: int | None
    ip: str
    user_agent: str
    request_id: str = NIL_UUID
    organization_id: str = NIL_UUID
    additional_fields: bytes = b"{}"
    """As JSON."""
    link_facts: tuple[tuple[str, str], ...] = ()
    """The facts that the additional fields tell, by their names in the contract's `x-link`."""


class Validation(NamedTuple):
    """One problem of a request (reference 7)."""

    field: str
    detail: str
