"""Which edition of the contract a deployment is judged by: the one asked for, or what it says it is."""

import re
from copy import deepcopy

from auditmock.editions import DOCUMENTED, find_overlays, open_edition, write_yaml
from auditmock.openapi import Contract

AUTO = "auto"


def choose_edition(name: str, version: str) -> str:
    """Choose the edition to judge by; `auto` takes the nearest at or below a version such as `v2.36.1+0f3a`.

    The documented edition is chosen where a deployment says that it keeps that one, or nothing that can be
    understood.
    """
    return name if name != AUTO else find_edition(version) or DOCUMENTED


def find_edition(version: str) -> str:
    """Find the edition a version stands for: the last whose servers answer so since then or before.

    Empty for a version of no release, or of one before all editions.
    """
    release, _, build = version.partition("+")
    if build == DOCUMENTED:
        return DOCUMENTED
    told = _read_release(release)
    below = [edition for edition in find_overlays() if _read_release(_since(edition)) <= told]
    return below[-1] if below else ""


def open_as_of(edition: str, version: str) -> Contract:
    """Open the contract of an edition without the values that servers have since a later release (`x-later`).

    It is whole where a version names no release.
    """
    contract, told = open_edition(edition), _read_release(version)
    if not told:
        return contract
    document = deepcopy(dict(contract.document))
    for schema in document["components"]["schemas"].values():
        later = {value for value, since in schema.get("x-later", {}).items() if _read_release(since) > told}
        if later:
            schema["enum"] = [value for value in schema["enum"] if value not in later]
    return contract if document == contract.document else Contract(write_yaml(document), document)


def _since(edition: str) -> str:
    """Tell the first release whose servers answer so, as far as is known (reference 15)."""
    since: str = open_edition(edition).document["x-since"]
    return since


def _read_release(text: str) -> tuple[int, ...]:
    numbers = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers else ()
