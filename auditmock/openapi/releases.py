"""Releases: the documented contract, and the contract of each Coder release, from its overlay."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

from auditmock.openapi.contract import Contract, find_contract, load_contract
from auditmock.openapi.yaml_text import read_yaml

DOCUMENTED = "documented"
"""The release without an overlay: `openapi.yaml` as written."""

_PREFIX = "coder-"
_GENERATED = Path(__file__).parents[1] / "generated" / "contracts"


class ReleaseError(ValueError):
    """An unknown release, or an overlay with a wrong target; the message lists what is accepted."""


def find_overlays() -> Mapping[str, Path]:
    """List the overlay files by release name, oldest release first."""
    folder = find_contract().parent / "overlays"
    paths = {path.stem.removeprefix(_PREFIX): path for path in folder.glob(f"{_PREFIX}*.yaml")}
    return dict(sorted(paths.items(), key=lambda item: [int(part) for part in re.findall(r"\d+", item[0])]))


def list_releases() -> tuple[str, ...]:
    """List the names of all releases: `documented`, then the others, oldest first."""
    return (DOCUMENTED, *find_overlays())


def check_release(name: str) -> None:
    """Raise ReleaseError if no release has this name."""
    if name not in list_releases():
        raise ReleaseError(f'Unknown release "{name}". Available: {", ".join(list_releases())}.')


def open_release(name: str) -> Contract:
    """Read the contract of a release; raises ReleaseError if the name is unknown."""
    check_release(name)
    if name == DOCUMENTED:
        return load_contract()
    overlay = find_overlays()[name]
    return _read_generated(overlay) or overlay_contract(load_contract(find_contract()), overlay)


def write_generated() -> None:
    """Apply all overlays and store the contracts: opening a stored one is fast."""
    for path in find_overlays().values():
        contract = overlay_contract(load_contract(find_contract()), path)
        (_GENERATED / path.name).write_text(f"{_source_line(path)}\n{contract.text}", encoding="utf-8")


def _read_generated(path: Path) -> Contract | None:
    """Read the stored contract; None if it is missing or its sources have changed."""
    stored = _GENERATED / path.name
    if not stored.exists():
        return None
    origin, _, text = stored.read_text(encoding="utf-8").partition("\n")
    return Contract(text, read_yaml(text)) if origin == _source_line(path) else None


def _source_line(path: Path) -> str:
    """Write the first line of a generated contract: its sources and their digest."""
    parts = (find_contract(), path)
    digest = sha256(b"".join(part.read_bytes().replace(b"\r\n", b"\n") for part in parts)).hexdigest()
    return f"# Made by `make generate` of {parts[0].name} and {path.name}: {digest}"


def overlay_contract(contract: Contract, path: Path) -> Contract:
    """Apply an overlay; raises ReleaseError for an action without a target in the contract."""
    actions = read_yaml(path.read_text(encoding="utf-8"))["actions"]
    try:
        document = apply_actions(contract.document, actions)
    except ReleaseError as error:
        raise ReleaseError(f"{path.name}, {error}") from None
    return Contract(None, document)


def apply_actions(document: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Apply an overlay's actions to a copy; raises ReleaseError for a target that does not exist."""
    # importing the library takes half a second; the documented release does not need it
    from jsonpath_ng.ext.parser import parse
    from oas_patch.overlay import apply_overlay

    changed = deepcopy(dict(document))
    for number, action in enumerate(actions, 1):
        if not parse(action["target"]).find(changed):
            raise ReleaseError(
                f"action {number}: {action['target']} does not exist in the contract; "
                "target an existing node, and add new ones by updating their parent"
            )
        apply_overlay(changed, {"actions": [action]})
    return changed
