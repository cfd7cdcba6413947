"""The editions of the contract a deployment can be judged by."""

from typing import NamedTuple

from auditmock.openapi import Contract, load_contract

DOCUMENTED = "documented"
AUTO = "auto"
EDITIONS = (DOCUMENTED,)


class Edition(NamedTuple):
    """An edition and its contract."""

    name: str
    contract: Contract


def open_edition(name: str) -> Edition:
    """Read an edition; `auto` is the documented one, as long as there is no other."""
    return Edition(DOCUMENTED if name == AUTO else name, load_contract())
