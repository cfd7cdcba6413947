"""Scenario files: errors have a location, and a folder adds to the shipped scenarios."""

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml
from histories import NOW
from scenario_files import CONTRACT, READER, read

from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.importing.reader import InputFileError
from auditmock.fixtures.scenarios.reader import SCHEMA, SHIPPED, Scenario, find_builtin_user, read_scenarios
from auditmock.fixtures.scenarios.snapshot import check_scenario

DATA = Path(__file__).parents[2] / "data"
ERRORS: Mapping[str, Mapping[str, str]] = yaml.safe_load((DATA / "scenario_errors.yaml").read_text())
MUTANTS = 2000


@pytest.mark.parametrize("case", ERRORS)
def test_error_has_a_location(case: str) -> None:
    """Each error is one short line with file, line, problem and accepted values."""
    with pytest.raises(InputFileError) as caught:
        check_scenario(read(ERRORS[case]["file"]), CONTRACT, lambda: NOW)

    assert str(caught.value).startswith("mine.yaml, line ")
    assert ERRORS[case]["error"] in str(caught.value)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("file", "reason"), [("My File.yaml", "is not a scenario name"), ("no.yaml", "cannot read")]
)
def test_file_name_must_be_a_scenario_name(file: str, reason: str, tmp_path: Path) -> None:
    """A file with an invalid name, or that cannot be read, is rejected by name."""
    with pytest.raises(InputFileError, match=reason):
        READER.read(tmp_path / file)


def test_invalid_utf8_is_rejected(tmp_path: Path) -> None:
    """The error names the line of the first invalid byte."""
    (tmp_path / "mine.yaml").write_bytes(b"summary: x\ntoken: \xff")

    with pytest.raises(InputFileError, match=r"mine\.yaml, line 2: not UTF-8"):
        READER.read(tmp_path / "mine.yaml")


def test_deep_nesting_is_rejected() -> None:
    """A deeply nested file is rejected and does not crash the process."""
    with pytest.raises(InputFileError, match="nested too deeply"):
        read("[" * 300_000)


def mutate(text: str, rng: random.Random) -> str:
    """Change a text in a few places: remove, repeat, swap, or insert YAML syntax."""
    words = [
        "null",
        "-1",
        "1e9",
        "[",
        "}",
        ": ",
        "\n",
        "  ",
        "'",
        "- ",
        "&a ",
        "*a",
        "all",
        "\t",
        "{}",
        "-9h",
        "\x00",
    ]
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.randint(0, 12))
        other = rng.choice([*words, text[end : end + 9], text[start:end] * 2, chr(rng.randrange(32, 0x2FF))])
        text = text[:start] + other + text[end:]
    return text


def test_mutated_file_is_rejected_or_valid() -> None:
    """A mutated scenario is rejected with file and line, or its logs can be written."""
    rng = random.Random(5)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.yaml"))]
    # The large diff of `hostile` would only take time.
    texts = [text if len(text) < 20_000 else text[:6000] for text in texts]
    caught = []
    for number in range(MUTANTS):
        try:
            check_scenario(read(mutate(texts[number % len(texts)], rng)), CONTRACT, lambda: NOW)
        except InputFileError as error:
            caught.append(str(error))

    assert MUTANTS / 10 < len(caught) < MUTANTS
    assert [reason for reason in caught if not reason.startswith("mine.yaml, line ")] == []


def test_schema_lists_the_builtin_users() -> None:
    """The schema lists exactly the built-in users."""
    schema = yaml.safe_load(SCHEMA.read_text())
    named = [
        schema["properties"]["caller"]["enum"],
        schema["$defs"]["person"]["properties"]["in_place_of"]["enum"],
    ]

    assert [[find_builtin_user(name) for name in names] for names in named] == [list(BuiltinUser)] * 2


@cache
def shipped() -> Mapping[str, Scenario]:
    """Read the shipped scenarios."""
    return read_scenarios(CONTRACT)


def test_folder_adds_and_replaces_scenarios(tmp_path: Path) -> None:
    """Scenarios of a folder are added to the shipped ones or replace one."""
    (tmp_path / "mine.yaml").write_text("summary: mine")
    (tmp_path / "empty.yaml").write_text("summary: another\ntoken: Empty00000")
    scenarios = read_scenarios(CONTRACT, str(tmp_path))

    assert scenarios.keys() == shipped().keys() | {"mine"}
    assert (scenarios["mine"].token, scenarios["empty"].summary) == ("Mine000000", "another")


def test_token_must_be_unique(tmp_path: Path) -> None:
    """Two scenarios cannot have the same token."""
    (tmp_path / "mine.yaml").write_text("summary: mine\ntoken: Empty00000")

    with pytest.raises(
        InputFileError, match="line 2, column 1: token Empty00000 is already used by scenario empty; choose"
    ):
        read_scenarios(CONTRACT, str(tmp_path))


def test_folder_without_scenarios_is_rejected(tmp_path: Path) -> None:
    """A folder without scenarios is rejected."""
    with pytest.raises(InputFileError, match="no scenario files"):
        read_scenarios(CONTRACT, str(tmp_path))
