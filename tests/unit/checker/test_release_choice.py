"""Selection of the release for a version."""

import pytest

from auditmock.checker.core.releases import AUTO, choose_release, open_for_version
from auditmock.openapi.releases import open_release


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("v0.14.3+67952cf", "v0.14"),
        ("v1.0.0", "v0.14"),
        ("v2.31.9", "v0.14"),
        ("v2.32.0", "v2.35"),
        ("v2.35.1+8b44bd6", "v2.35"),
        ("v2.36.1-devel+0f3a", "v2.35"),
        ("v0.13.4", "documented"),
        ("v0.0.0-devel+abc", "documented"),
        ("v2.35.1+documented", "documented"),
        ("nonsense", "documented"),
        ("", "documented"),
    ],
)
def test_auto_selects_release_by_version(version: str, release: str) -> None:
    """`auto` selects the last release at or before the version that behaves differently."""
    assert choose_release(AUTO, version) == release


@pytest.mark.parametrize(
    ("version", "lacking"),
    [
        ("v2.32.0+1a2b3c4", 8),
        ("v2.33.1", 6),
        ("v2.34.9", 2),
        ("v2.35.0", 0),
        ("v2.41.0", 0),
        ("devel", 0),
        ("", 0),
    ],
)
def test_contract_of_version_lacks_later_types(version: str, lacking: int) -> None:
    """The contract of a version lacks the resource types added after it (reference 11.2)."""
    whole = open_release("v2.35")
    contract = open_for_version("v2.35", version)

    assert len(whole.enum("ResourceType")) - len(contract.enum("ResourceType")) == lacking
    assert contract.search.keys["resource_type"].values == contract.enum("ResourceType")


def test_named_release_is_used() -> None:
    """A named release is used, whatever the version is."""
    assert choose_release("v0.14", "v2.35.1") == "v0.14"
