"""Rules of which edition a version stands for."""

import pytest

from auditmock.contract.editions import AUTO, choose_edition


@pytest.mark.parametrize(
    ("version", "edition"),
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
def test_auto_takes_the_nearest(version: str, edition: str) -> None:
    """It is the last edition whose servers answer so since that release or before it."""
    assert choose_edition(AUTO, version) == edition


def test_a_name_is_taken_as_it_is() -> None:
    """Whoever names an edition is not asked what the deployment says."""
    assert choose_edition("v0.14", "v2.35.1") == "v0.14"
