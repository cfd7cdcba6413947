"""The releases: the contract as documented, and as servers are deployed, by the overlays there are."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from auditmock.openapi.contract import Contract, find_contract, load_contract, read_yaml

DOCUMENTED = "documented"
"""The release without an overlay: `openapi.yaml` as written."""

_PREFIX = "coder-"
_GENERATED = Path(__file__).parents[1] / "generated" / "contracts"


class ReleaseError(ValueError):
    """A release there is not, or an overlay that does not fit; the message says what would be right."""


def find_overlays() -> Mapping[str, Path]:
    """List the overlays beside the contract by the name of their release, oldest release first."""
    folder = find_contract().parent / "overlays"
    paths = {path.stem.removeprefix(_PREFIX): path for path in folder.glob(f"{_PREFIX}*.yaml")}
    return dict(sorted(paths.items(), key=lambda item: _version_key(item[0])))


def list_releases() -> tuple[str, ...]:
    """List the names of all releases, the documented one first."""
    return (DOCUMENTED, *find_overlays())


def open_release(name: str) -> Contract:
    """Read the contract of a release; raises ReleaseError when there is none of that name."""
    if name == DOCUMENTED:
        return load_contract()
    overlays = find_overlays()
    if name not in overlays:
        raise ReleaseError(f'"{name}" is no release; there are {", ".join(list_releases())}')
    return _read_generated(overlays[name]) or overlay_contract(load_contract(find_contract()), overlays[name])


def write_generated() -> None:
    """Apply all overlays and keep the contracts beside them, where a release is opened at once."""
    for path in find_overlays().values():
        contract = overlay_contract(load_contract(find_contract()), path)
        _generated_path(path).write_text(f"{_source_line(path)}\n{contract.text}", encoding="utf-8")


def _read_generated(path: Path) -> Contract | None:
    """Read the contract that was kept, unless there is none or what it was made of has changed."""
    applied = _generated_path(path)
    if not applied.exists():
        return None
    origin, _, text = applied.read_text(encoding="utf-8").partition("\n")
    return Contract(text, read_yaml(text)) if origin == _source_line(path) else None


def _generated_path(path: Path) -> Path:
    return _GENERATED / path.name


def _source_line(path: Path) -> str:
    """Write the line that says what a contract was made of."""
    parts = (find_contract(), path)
    digest = sha256(b"".join(part.read_bytes().replace(b"\r\n", b"\n") for part in parts)).hexdigest()
    return f"# Made by `make generate` of {parts[0].name} and {path.name}: {digest}"


def overlay_contract(contract: Contract, path: Path) -> Contract:
    """Apply an overlay; raises ReleaseError for an action whose target is nowhere in the contract."""
    actions = read_yaml(path.read_text(encoding="utf-8"))["actions"]
    try:
        document = apply_actions(contract.document, actions)
    except ReleaseError as error:
        raise ReleaseError(f"{path.name}, {error}") from None
    return Contract(write_yaml(document), document)


def apply_actions(document: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Apply an overlay's actions to a copy; raises ReleaseError for a target that is nowhere."""
    # the library brings half a second of imports along, which the documented release does without
    from jsonpath_ng.ext.parser import parse
    from oas_patch.overlay import apply_overlay

    changed = deepcopy(dict(document))
    for number, action in enumerate(actions, 1):
        if not parse(action["target"]).find(changed):
            raise ReleaseError(
                f"action {number}: {action['target']} is nowhere in the contract; "
                "name a node that is there, and set new ones by updating their parent"
            )
        apply_overlay(changed, {"actions": [action]})
    return changed


def write_yaml(document: Mapping[str, Any]) -> str:
    """Write a document as YAML, keys in their order."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def _version_key(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.removeprefix("v").split(".") if part.isdigit())


class _Dumper(yaml.SafeDumper):
    """Writes what stands in a document twice out twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - all are alike
        """Make no alias of anything."""
        return True
