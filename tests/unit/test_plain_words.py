"""Texts and names of the repository use plain words."""

import re
import subprocess
from pathlib import Path

import pytest

from auditmock.openapi.yaml_text import read_yaml

ROOT = Path(__file__).parents[2]
ROWS = read_yaml((ROOT / "tests/data/plain_words.yaml").read_text(encoding="utf-8"))
FOREIGN = (
    "LICENSE",
    "auditmock/generated/",
    "auditmock/web/vendor/",
    "benchmarks/peers/package-lock.json",
    "docs/reference/coder-server.md",
    "examples/playwright/package-lock.json",
    "requirements-dev.lock",
    "requirements.lock",
    "tests/data/",
)
"""Text of others, generated text and test data; `tests/data/` includes the list itself."""


def list_texts() -> dict[str, list[str]]:
    """Read the lines of every tracked text file that we write, by path."""
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    names = [name for name in listed.stdout.decode().split("\0") if name and not name.startswith(FOREIGN)]
    return {
        name: (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines()
        for name in names
        if (ROOT / name).is_file()
    }


TEXTS = list_texts()


@pytest.mark.skipif(not TEXTS, reason="not a git checkout")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["better"])
def test_phrase_is_not_used(row: dict[str, str]) -> None:
    """No text has a phrase of the list; the failure shows each place with the better phrase."""
    phrase = re.compile(row["phrase"])
    found = [
        f"{name}:{number}: {match[0]} → {row['better']}"
        for name, lines in TEXTS.items()
        for number, line in enumerate(lines, 1)
        if (match := phrase.search(line))
    ]

    assert found == []


def test_phrases_match_what_they_ban() -> None:
    """The list is not empty, and every phrase is a valid regular expression."""
    assert [row["better"] for row in ROWS if re.compile(row["phrase"])]
