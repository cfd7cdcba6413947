"""The suite tells the editions apart (`make matrix` looks longer)."""

from collections.abc import Iterator

import pytest
from cells import find_undeclared, judge_cell, serve_edition

from auditmock.editions import list_editions

EDITIONS = list_editions()


@pytest.fixture(scope="module", params=EDITIONS)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Serve an edition; give its name and the URL."""
    with serve_edition(request.param) as url:
        yield request.param, url


def test_auto_finds_the_edition(served: tuple[str, str]) -> None:
    """`--edition auto` judges a mock by its own edition, which it keeps, with writes, too."""
    edition, url = served
    cell = judge_cell("auto", url, 1, "--allow-writes")

    assert (cell.edition, dict(cell.broken)) == (edition, {})


@pytest.mark.parametrize("edition", EDITIONS)
def test_another_edition_is_told_apart(served: tuple[str, str], edition: str) -> None:
    """By another edition there are differences, and each is one that the overlays declare."""
    name, url = served
    if edition == name:
        pytest.skip("told above")
    cell = judge_cell(edition, url, 1)

    assert cell.broken
    assert find_undeclared(cell, name) == []
