"""The people of the mock: their tokens are shown to everybody, so they must open no other deployment."""

SHARED = "0" * 22
"""The secret of each token."""

STRANGERS = ("Suspended0", "Expired000", "Member0000", "UserAdmin0")
"""Ids of the tokens that may neither read nor write."""

READERS = ("Auditor000",)
"""Ids of the tokens that may read, if anything."""
