"""The release that a deployment is checked against: the requested one, or the one it reports."""

import re
from copy import deepcopy

from auditmock.openapi.contract import Contract
from auditmock.openapi.releases import DOCUMENTED, find_overlays, open_release

AUTO = "auto"


def choose_release(name: str, version: str) -> str:
    """Choose the release; `auto` takes the latest one up to the version, such as `v2.36.1+0f3a`.

    `auto` means `documented` for a deployment that reports that release, or no version that is
    understood.
    """
    return name if name != AUTO else find_release(version) or DOCUMENTED


def find_release(version: str) -> str:
    """Return the latest release that is not newer; empty for a malformed version and one older than all."""
    number, _, build = version.partition("+")
    if build == DOCUMENTED:
        return DOCUMENTED
    reported = _read_version(number)
    below = [release for release in find_overlays() if _read_version(_since(release)) <= reported]
    return below[-1] if below else ""


def open_for_version(release: str, version: str) -> Contract:
    """Open the contract of a release without enum values that are newer than the version (`x-later`).

    A malformed version leaves it unchanged.
    """
    contract, reported = open_release(release), _read_version(version)
    if not reported:
        return contract
    document = deepcopy(dict(contract.document))
    for schema in document["components"]["schemas"].values():
        later = {
            value for value, since in schema.get("x-later", {}).items() if _read_version(since) > reported
        }
        if later:
            schema["enum"] = [value for value in schema["enum"] if value not in later]
    return contract if document == contract.document else Contract(None, document)


def _since(release: str) -> str:
    """Return the first version known to respond like this (reference 15)."""
    since: str = open_release(release).document["x-since"]
    return since


def _read_version(text: str) -> tuple[int, ...]:
    numbers = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers else ()
