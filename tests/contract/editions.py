"""Which edition of the contract a deployment is judged by: the one asked for, or what it says it is."""

import re

from auditmock.editions import DOCUMENTED, find_overlays

AUTO = "auto"


def choose_edition(name: str, version: str) -> str:
    """Choose the edition to judge by; `auto` takes the nearest at or below a version such as `v2.36.1+0f3a`.

    The documented edition is chosen where a deployment says that it keeps that one, or nothing that can be
    understood.
    """
    if name != AUTO:
        return name
    release, _, build = version.partition("+")
    told = _read_release(release)
    if not told or build == DOCUMENTED:
        return DOCUMENTED
    below = [edition for edition in find_overlays() if _read_release(edition) <= told]
    return below[-1] if below else DOCUMENTED


def _read_release(text: str) -> tuple[int, ...]:
    numbers = re.match(r"v?(\d+)\.(\d+)", text)
    return tuple(map(int, numbers.groups())) if numbers else ()
