"""Rules of the terminal of `auditmock check`: what moves and what is coloured, on which."""

import io
from collections.abc import Mapping

import click
import pytest

from auditmock.checker.progress import ProgressReporter

NODE = "test_paging.py::test_pages_concatenate_to_the_whole_list"


class Screen(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def show(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> str:
    """Show a check that begins, and a green line."""
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
SHOWN: Mapping[str, tuple[Mapping[str, str], bool, bool]] = {
    "by default": ({}, True, True),
    "NO_COLOR": ({"NO_COLOR": "1"}, True, False),
    "NO_COLOR, empty": ({"NO_COLOR": ""}, True, True),
    "a dumb one": ({"TERM": "dumb"}, False, False),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_terminal_is_taken_for_what_it_is(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A bar moves and lines are green, unless somebody or the terminal itself says that this is no use."""
    variables, moves, green = SHOWN[kind]
    shown = show(monkeypatch, variables)

    assert ("\r\x1b[K" in shown) == moves
    assert (GREEN in shown) == green
    assert ("\x1b" in shown) == (moves or green)


@pytest.mark.parametrize(("columns", "longest"), [("30", 29), ("5", 4), ("0", 79), ("wide", 79), ("", 79)])
def test_the_bar_fits_its_line(monkeypatch: pytest.MonkeyPatch, columns: str, longest: int) -> None:
    """The bar is no longer than a line, of 80 letters where nobody knows."""
    shown = show(monkeypatch, {"COLUMNS": columns})
    bar = shown.partition("\x1b[K")[2].removesuffix(f"{GREEN}\n")

    assert 0 < len(bar) <= longest
