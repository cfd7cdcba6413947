"""The pages in `docs/`: every command of theirs is run, and prints what they show."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from processes import Start

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs").glob("*.md"))
DEFAULT_URL = "http://127.0.0.1:8910"
SERVE = "auditmock serve"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def read_blocks(page: Path) -> list[Block]:
    """List the fenced blocks of a page."""
    found = re.findall(r"```(\w+)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [Block(*each) for each in found]


def run(command: str, folder: Path) -> str:
    """Run a command in a folder, as a shell does."""
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": PATH, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def flags_of(command: str, folder: Path) -> Iterator[str]:
    """Give the flags of a command that serves, but for its port; folders are those of the page."""
    words = iter(shlex.split(command.removeprefix(SERVE)))
    for word in words:
        if word == "--port":
            next(words)
        elif (folder / word).is_dir():
            yield str(folder / word)
        else:
            yield word


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_true(page: Path, start_server: Start, tmp_path: Path) -> None:
    """Its commands run one after the other, its files are good, and what it shows is what happens."""
    url, printed = "", ""
    for language, text in read_blocks(page):
        if language == "sh":
            for command in text.strip().splitlines():
                if command.startswith(SERVE):
                    url = start_server(*flags_of(command, tmp_path)).url
                else:
                    printed = run(command.replace(DEFAULT_URL, url), tmp_path)
        elif language == "json":
            assert json.loads(printed) == json.loads(text)
        elif language == "python":
            (tmp_path / "program.py").write_text(text, encoding="utf-8")
            run(f"{shlex.quote(sys.executable)} -P program.py", tmp_path)
        else:
            assert language == "yaml"
            path = tmp_path / text.splitlines()[0].removeprefix("# ")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_is_listed(page: Path) -> None:
    """The README leads to each page."""
    assert f"(docs/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_there_are_pages() -> None:
    """There is a page for each task."""
    assert {page.stem for page in PAGES} == {"failure", "frontend", "parallel", "reset", "scenario"}
