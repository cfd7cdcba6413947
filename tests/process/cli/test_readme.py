"""The README: what it shows is what happens."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from processes import Running, Start

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.scenarios.reader import SHIPPED
from auditmock.handlers.auth.tokens import token_of

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEFAULT_URL = "http://127.0.0.1:8910"


def paste(command: str, url: str) -> bytes:
    """Run a command of the README against another server, and give what it prints."""
    words = shlex.split(command.replace("\\\n", " ").replace(DEFAULT_URL, url))
    return subprocess.run(words, capture_output=True, check=True).stdout


SHOWN = re.findall(r"```sh\n(curl [^`]+)```\n\n```json\n([^`]+)```", README)
"""Every command that is followed by its answer."""


@pytest.mark.parametrize(("command", "answer"), SHOWN, ids=[f"answer-{n + 1}" for n in range(len(SHOWN))])
def test_a_shown_answer_is_the_real_one(server: Running, command: str, answer: str) -> None:
    """A command of the README, pasted, answers what the README shows."""
    done = subprocess.run(
        shlex.split(command.replace(DEFAULT_URL, server.url)), capture_output=True, check=True
    )

    assert json.loads(done.stdout) == json.loads(answer)


def test_there_are_answers_shown() -> None:
    """The README shows a list and a error."""
    assert len(SHOWN) >= 2


def test_the_shown_post_writes(start_server: Start) -> None:
    """The README's POST is answered with 204."""
    (command,) = re.findall(r"```sh\n(curl -i -X POST[^`]+)```", README)

    assert paste(command, start_server("--logs", "1").url).startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize("holder", BuiltinUser)
def test_every_token_is_shown(holder: BuiltinUser) -> None:
    """The README's table has every token."""
    assert f"| `{token_of(holder)}` |" in README


PROGRAMS = re.findall(r"```python\n([^`]+)```", README)


@pytest.mark.parametrize("program", PROGRAMS, ids=[f"program-{n + 1}" for n in range(len(PROGRAMS))])
def test_a_shown_program_runs(program: str) -> None:
    """A program of the README, pasted, runs through."""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_the_commands_exist() -> None:
    """Each `make` target the README names is one of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in set(re.findall(r"make ([a-z-]+)", README.replace("`make`", ""))) - {"and"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


EXAMPLES = re.findall(r"```yaml\n(summary[^`]+)```", README)


def test_the_shown_scenario_is_good(tmp_path: Path) -> None:
    """The README's scenario file can be served."""
    (example,) = EXAMPLES
    (tmp_path / "mine.yaml").write_text(example)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", "scenario", "check", str(tmp_path / "mine.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_is_shown(path: Path) -> None:
    """The README's table has each scenario, its token and what it is."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert f"| `{path.stem}` | `{said['token']}` | {said['summary']} |" in README
