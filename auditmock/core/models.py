"""Values that the layers exchange."""

from collections.abc import Iterator
from typing import NamedTuple

from auditmock.core.constants import NIL_UUID


class User(NamedTuple):
    """A user; the fields are Coder's (reference 10.2), times are instants."""

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
    """A parsed search: all pairs must match, and `since` <= time <= `until` (instants)."""

    equal: tuple[tuple[str, str], ...] = ()
    since: int | None = None
    until: int | None = None


class Page(NamedTuple):
    """The page of matching logs: at most `limit`, after `offset` logs, after the log `after`."""

    limit: int
    offset: int = 0
    after: str | None = None


class SearchResult(NamedTuple):
    """The result of a search: the number of matching logs, and those of the page, in blocks.

    Each block is a list of logs in wire form (JSON bytes).
    """

    count: int  # type: ignore[assignment]  # hides tuple.count
    shown: int
    blocks: Iterator[list[bytes]]


class NewLog(NamedTuple):
    """A log to insert (reference 12.1); the store has defaults for None."""

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
    """Facts in the additional fields, by their names in the contract's `x-link`."""


class Validation(NamedTuple):
    """A problem of a request (reference 7)."""

    field: str
    detail: str
