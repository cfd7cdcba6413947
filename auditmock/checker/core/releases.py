"""Which release of the contract a deployment is judged by: the one asked for, or what it says it is."""

import re
from copy import deepcopy

from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import DOCUMENTED, find_overlays, open_release, write_yaml

AUTO = "auto"


def choose_release(name: str, version: str) -> str:
    """Choose the release to judge by; `auto` takes the nearest at or below a version such as `v2.36.1+0f3a`.

    The documented release is chosen where a deployment says that it keeps that one, or nothing that can be
    understood.
    """
    return name if name != AUTO else find_release(version) or DOCUMENTED


def find_release(version: str) -> str:
    """Find the release a version stands for: the last whose servers answer so since then or before.

    Empty for a version of no release, or of one before all releases.
    """
    number, _, build = version.partition("+")
    if build == DOCUMENTED:
        return DOCUMENTED
    told = _read_version(number)
    below = [release for release in find_overlays() if _read_version(_since(release)) <= told]
    return below[-1] if below else ""


def open_for_version(release: str, version: str) -> Contract:
    """Open the contract of a release without the values that servers have since a later release (`x-later`).

    It is whole where a version names no release.
    """
    contract, told = open_release(release), _read_version(version)
    if not told:
        return contract
    document = deepcopy(dict(contract.document))
    for schema in document["components"]["schemas"].values():
        later = {value for value, since in schema.get("x-later", {}).items() if _read_version(since) > told}
        if later:
            schema["enum"] = [value for value in schema["enum"] if value not in later]
    return contract if document == contract.document else Contract(write_yaml(document), document)


def _since(release: str) -> str:
    """Tell the first release whose servers answer so, as far as is known (reference 15)."""
    since: str = open_release(release).document["x-since"]
    return since


def _read_version(text: str) -> tuple[int, ...]:
    numbers = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers else ()
