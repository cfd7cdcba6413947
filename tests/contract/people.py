"""The people of the mock: their tokens are shown to everybody, so they must open no other deployment."""

from collections.abc import Collection

from auditmock.contract.exchange import TOKEN_VARIABLE

SHARED = "0" * 22
"""The secret of each token."""

STRANGERS = ("Suspended0", "Expired000", "Member0000", "UserAdmin0")
"""Ids of the tokens that may neither read nor write."""

READERS = ("Auditor000",)
"""Ids of the tokens that may read, if anything."""

WRITERS = ("Owner00000",)
"""Ids of the tokens that may read and write."""

FORBIDDEN = ("Member0000", "UserAdmin0")
"""Ids of the tokens that are good, and that of nobody who may read or write."""


def is_one(token: str, ids: Collection[str]) -> bool:
    """Tell by its id whether a token is one of the mock's own, whose role needs no proof."""
    return token.partition("-")[0] in ids


def colleague(name: str, own: str) -> str:
    """Write, as a sender, the token of somebody else in the world that one's own token opens.

    Empty when one's own is no owner's of a mock: then nobody else is known.
    """
    return f"{name}-${{{TOKEN_VARIABLE}#*-}}" if is_one(own, WRITERS) else ""
