"""The tutorial, the how-to guides and the API page: every command runs and prints what the page shows."""

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
import yaml
from processes import Start
from slow_cases import slow_except

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
API = DOCS / "reference" / "api.md"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md")), API]
DEFAULT_URL = "http://127.0.0.1:8910"
SERVE = "auditmock serve"
NOT_RUN = re.compile(r"pip install|export |python -m http\.server|.*coder\.example\.com")
"""Commands that need a registry or a deployment, or that never end."""

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def read_blocks(page: Path) -> list[Block]:
    """List the fenced blocks of a page."""
    found = re.findall(r"```(\w+)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [Block(*each) for each in found]


def read_commands(text: str) -> list[str]:
    """List the commands of a block that can be run here."""
    commands = text.strip().replace("\\\n", " ").splitlines()
    return [command for command in commands if not NOT_RUN.match(command)]


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
    """Give the flags of a command that serves, except for its port; files are those of the page."""
    words = iter(shlex.split(command.removeprefix(SERVE)))
    for word in words:
        if word == "--port":
            next(words)
        elif (folder / word).exists():
            yield str(folder / word)
        else:
            yield word


def write_file(text: str, folder: Path) -> Path:
    """Write a block that names its file in the first line."""
    path = folder / text.splitlines()[0].removeprefix("# ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("page", slow_except(PAGES, PAGES[0]), ids=lambda page: page.stem)
def test_a_page_is_true(page: Path, start_server: Start, tmp_path: Path) -> None:
    """Its commands run one after the other, its files are valid, and it shows what happens."""
    url, printed = "", ""
    for language, text in read_blocks(page):
        if language == "sh":
            for command in read_commands(text):
                if command.startswith(SERVE):
                    url = start_server(*flags_of(command, tmp_path)).url
                else:
                    url = url or start_server().url
                    printed = run(command.replace(DEFAULT_URL, url), tmp_path)
        elif language == "json":
            assert json.loads(printed) == json.loads(text)
        elif language == "python" and text.startswith("# "):
            write_file(text, tmp_path)
        elif language == "python":
            run(f"{shlex.quote(sys.executable)} -P -c {shlex.quote(text)}", tmp_path)
        else:
            assert language == "yaml"
            yaml.safe_load(write_file(text, tmp_path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("user", BuiltinUser)
def test_every_token_is_shown(user: BuiltinUser) -> None:
    """The API page lists every token."""
    assert f"| `{token_of(user)}` |" in API.read_text(encoding="utf-8")
