"""The README: it is short, its links lead somewhere, and what it shows is what happens."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Running

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEFAULT_URL = "http://127.0.0.1:8910"
SIZE = 6000
FIRST_SCREEN = 1000

SHOWN = re.findall(r"```sh\n(curl [^`]+)```\n\n```json\n([^`]+)```", README)
"""Every command that is followed by its answer."""


def test_it_is_short() -> None:
    """It is a front page, not a manual; the commands of a checkout are on its first screen."""
    assert len(README.encode()) <= SIZE
    assert "make serve" in README[:FIRST_SCREEN]
    assert "make test" in README[:FIRST_SCREEN]


@pytest.mark.parametrize(("command", "answer"), SHOWN, ids=[f"answer-{n + 1}" for n in range(len(SHOWN))])
def test_a_shown_answer_is_the_real_one(server: Running, command: str, answer: str) -> None:
    """A command of the README, pasted, answers what the README shows."""
    words = shlex.split(command.replace("\\\n", " ").replace(DEFAULT_URL, server.url))
    done = subprocess.run(words, capture_output=True, check=True)

    assert json.loads(done.stdout) == json.loads(answer)


def test_an_answer_is_shown() -> None:
    """The README shows what the mock answers."""
    assert SHOWN


PROGRAMS = re.findall(r"```python\n([^`]+)```", README)


@pytest.mark.parametrize("program", PROGRAMS, ids=[f"program-{n + 1}" for n in range(len(PROGRAMS))])
def test_a_shown_program_runs(program: str) -> None:
    """A program of the README, pasted, runs through."""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_commands_exist(page: str) -> None:
    """Each `make` target that the page names is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / page).read_text(encoding="utf-8")

    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_links_lead_somewhere(page: str) -> None:
    """Each relative link names a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / link).exists()] == []
