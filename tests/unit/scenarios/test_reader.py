"""Rules of scenario files: what is wrong has its place, and a folder adds to what ships."""

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
def test_what_is_wrong_has_its_place(case: str) -> None:
    """Each mistake is one short line with file, line, and what would be right."""
    with pytest.raises(InputFileError) as refused:
        check_scenario(read(ERRORS[case]["file"]), CONTRACT, lambda: NOW)

    assert str(refused.value).startswith("mine.yaml, line ")
    assert ERRORS[case]["says"] in str(refused.value)
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("file", "reason"), [("My File.yaml", "is no name of a scenario"), ("no.yaml", "cannot read")]
)
def test_a_file_is_read_by_its_name(file: str, reason: str, tmp_path: Path) -> None:
    """The name of a file is that of its scenario; one that cannot be read is named."""
    with pytest.raises(InputFileError, match=reason):
        READER.read(tmp_path / file)


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    """The line of the first bad byte is named."""
    (tmp_path / "mine.yaml").write_bytes(b"summary: x\ntoken: \xff")

    with pytest.raises(InputFileError, match=r"mine\.yaml, line 2: not UTF-8"):
        READER.read(tmp_path / "mine.yaml")


def test_depth_has_an_end() -> None:
    """However deep a file is nested, it is refused, and no process crashes."""
    with pytest.raises(InputFileError, match="nested too deep"):
        read("[" * 300_000)


def mutate(text: str, rng: random.Random) -> str:
    """Change a text in a few places: parts dropped, doubled, swapped, or replaced by what means something."""
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


def test_a_mutated_file_is_refused_or_opens() -> None:
    """Whatever becomes of a shipped file, it is refused with file and line, or its logs can be written."""
    rng = random.Random(5)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.yaml"))]
    # the great diff of the hostile one adds nothing but time
    texts = [text if len(text) < 20_000 else text[:6000] for text in texts]
    refused = []
    for number in range(MUTANTS):
        try:
            check_scenario(read(mutate(texts[number % len(texts)], rng)), CONTRACT, lambda: NOW)
        except InputFileError as error:
            refused.append(str(error))

    assert MUTANTS / 10 < len(refused) < MUTANTS
    assert [reason for reason in refused if not reason.startswith("mine.yaml, line ")] == []


def test_the_callers_are_the_holders() -> None:
    """The schema knows every holder of a token, and nobody else."""
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


def test_a_folder_adds_and_replaces(tmp_path: Path) -> None:
    """A folder's scenarios stand beside the shipped ones, or in the place of one."""
    (tmp_path / "mine.yaml").write_text("summary: mine")
    (tmp_path / "empty.yaml").write_text("summary: another\ntoken: Empty00000")
    scenarios = read_scenarios(CONTRACT, str(tmp_path))

    assert scenarios.keys() == shipped().keys() | {"mine"}
    assert (scenarios["mine"].token, scenarios["empty"].summary) == ("Mine000000", "another")


def test_a_token_is_of_one_scenario(tmp_path: Path) -> None:
    """Two scenarios cannot have the same token."""
    (tmp_path / "mine.yaml").write_text("summary: mine\ntoken: Empty00000")

    with pytest.raises(InputFileError, match="line 2, column 1: Empty00000 is the token of empty; give this"):
        read_scenarios(CONTRACT, str(tmp_path))


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    """A folder that has none is most likely the wrong one."""
    with pytest.raises(InputFileError, match="no scenario is there"):
        read_scenarios(CONTRACT, str(tmp_path))
