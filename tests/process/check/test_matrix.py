"""The suite tells the releases apart (`make matrix` looks longer)."""

from collections.abc import Iterator

import pytest
from matrix_runs import find_undeclared, judge_cell, serve_release

from auditmock.openapi.releases import list_releases

RELEASES = list_releases()


@pytest.fixture(scope="module", params=RELEASES)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Serve a release; give its name and the URL."""
    with serve_release(request.param) as url:
        yield request.param, url


def test_auto_finds_the_release(served: tuple[str, str]) -> None:
    """`--release auto` judges a mock by its own release, which it keeps, with writes, too."""
    release, url = served
    cell = judge_cell("auto", url, 1, "--allow-writes")

    assert (cell.release, dict(cell.broken)) == (release, {})


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_another_release_is_told_apart(served: tuple[str, str], release: str) -> None:
    """By another release there are differences, and each is one that the overlays declare."""
    name, url = served
    if release == name:
        pytest.skip("told above")
    cell = judge_cell(release, url, 1)

    assert cell.broken
    assert find_undeclared(cell, name) == []
