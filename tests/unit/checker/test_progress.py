"""Progress bar and colours of `auditmock check` on a terminal."""

import io
from collections.abc import Mapping

import click
import pytest

from auditmock.checker.progress import ProgressReporter

NODE = "test_paging.py::test_pages_concatenate_to_the_whole_list"


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def show(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> str:
    """Write a started check and a green line; return the output."""
    for name in ("TERM", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = Screen()
    terminal = ProgressReporter(screen)
    terminal.pytest_runtest_logstart(NODE)
    terminal.say(click.style("ok", fg="green"))
    return screen.getvalue()


GREEN = click.style("ok", fg="green")
TERMINALS: Mapping[str, tuple[Mapping[str, str], bool, bool]] = {
    "by default": ({}, True, True),
    "NO_COLOR": ({"NO_COLOR": "1"}, True, False),
    "empty NO_COLOR": ({"NO_COLOR": ""}, True, True),
    "dumb terminal": ({"TERM": "dumb"}, False, False),
}


@pytest.mark.parametrize("kind", TERMINALS)
def test_bar_and_colours_follow_the_environment(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The bar moves and lines are green, unless NO_COLOR or TERM says otherwise."""
    variables, moves, green = TERMINALS[kind]
    shown = show(monkeypatch, variables)

    assert ("\r\x1b[K" in shown) == moves
    assert (GREEN in shown) == green
    assert ("\x1b" in shown) == (moves or green)


@pytest.mark.parametrize(("columns", "longest"), [("30", 29), ("5", 4), ("0", 79), ("wide", 79), ("", 79)])
def test_bar_fits_the_line(monkeypatch: pytest.MonkeyPatch, columns: str, longest: int) -> None:
    """The bar is shorter than COLUMNS, or than 80 columns if that is invalid."""
    shown = show(monkeypatch, {"COLUMNS": columns})
    bar = shown.partition("\x1b[K")[2].removesuffix(f"{GREEN}\n")

    assert 0 < len(bar) <= longest
