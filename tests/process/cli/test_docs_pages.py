"""README, tutorial, how-to guides and API page: every command runs and prints what the page shows."""

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
PAGES = [ROOT / "README.md", DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md")), API]
DEFAULT_URL = "http://127.0.0.1:8910"
SERVE = "auditmock serve"
NOT_RUN = {
    r"pip install [^;&|]+": "needs a package index",
    r"make (serve|test) +#[^;&|]+": "these tests run by make test; the server, by auditmock serve",
    r"export \w+=\S+": "sets a variable of the reader's shell",
    r"python -m http\.server [^;&|]+": "never ends; tests/browser serves the same files",
    r"auditmock (check|identify) https://coder\.example\.com": "needs a deployment",
    r'curl .*"https://coder\.example\.com/[^|]+\| auditmock serve --data -': "needs a deployment",
}
"""Patterns of the commands that are not run, and why."""

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def read_blocks(page: Path) -> list[Block]:
    """List the fenced blocks of a page."""
    found = re.findall(r"```(\w+)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [Block(*fields) for fields in found]


def read_commands(text: str) -> list[str]:
    """List the commands of a block."""
    return text.strip().replace("\\\n", " ").splitlines()


def is_run(command: str) -> bool:
    """Whether a command can be run here."""
    return not any(re.fullmatch(pattern, command) for pattern in NOT_RUN)


def run(command: str, folder: Path) -> str:
    """Run a command in a folder with a shell."""
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
    """Return the flags of a command that serves, except its port; file names are resolved."""
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
def test_page_commands_work(page: Path, start_server: Start, tmp_path: Path) -> None:
    """The commands of a page run in order, its files are valid, and their output is as shown."""
    url, printed = "", ""
    for language, text in read_blocks(page):
        if language == "sh":
            for command in filter(is_run, read_commands(text)):
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
def test_every_token_is_documented(user: BuiltinUser) -> None:
    """The API page lists every token."""
    assert f"| `{token_of(user)}` |" in API.read_text(encoding="utf-8")


@pytest.mark.parametrize("pattern", NOT_RUN)
def test_every_exception_is_used(pattern: str) -> None:
    """Every pattern of commands that are not run matches a command."""
    commands = [
        command
        for page in PAGES
        for language, text in read_blocks(page)
        if language == "sh"
        for command in read_commands(text)
    ]

    assert [command for command in commands if re.fullmatch(pattern, command)]
