"""The suite distinguishes the releases (`make matrix` compares all of them in full)."""

from collections.abc import Iterator

import pytest
from matrix_runs import find_undeclared, run_cell, serve_release

from auditmock.openapi.releases import list_releases

RELEASES = list_releases()


@pytest.fixture(scope="module", params=RELEASES)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Serve a release; yield its name and the URL."""
    with serve_release(request.param) as url:
        yield request.param, url


def test_auto_selects_the_release(served: tuple[str, str]) -> None:
    """`--release auto` selects the mock's own release, and the mock conforms, with writes, too."""
    release, url = served
    cell = run_cell("auto", url, 1, "--allow-writes")

    assert (cell.release, dict(cell.broken)) == (release, {})


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_other_release_fails_declared_checks_only(served: tuple[str, str], release: str) -> None:
    """Checked against another release, only the differences that the overlays declare fail."""
    name, url = served
    if release == name:
        pytest.skip("same release")
    cell = run_cell(release, url, 1)

    assert cell.broken
    assert find_undeclared(cell, name) == []
