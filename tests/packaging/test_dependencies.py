"""Rules of what this project asks for and what its locks pin."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]
RUNNING, WORKING = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PACKAGES = ("auditmock", "handlers", "fixtures")
SUITE = ("auditmock/checker", "tests/contract")
SUPPORT = {path.stem for folder in ("support", "faults") for path in (ROOT / "tests" / folder).glob("*")}
BY_NAME = {"httptools", "uvloop"}
"""Dependencies that no code imports: uvicorn loads them by their names."""


def needs(requirements: list[str]) -> set[str]:
    """List the names of some requirements."""
    return {canonicalize_name(Requirement(each).name) for each in requirements}


NEEDED = needs(PYPROJECT["project"]["dependencies"])
CHECKING = needs(PYPROJECT["project"]["optional-dependencies"]["check"])


def imports(tree: ast.AST) -> Iterator[str]:
    """List the top-level names that some code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def files(*folders: str) -> set[Path]:
    """List the Python files of some folders."""
    return {path for folder in folders for path in (ROOT / folder).rglob("*.py")}


def libraries(paths: set[Path]) -> set[str]:
    """List the distributions, this one excepted, that some files import."""
    names = {name for path in paths for name in imports(ast.parse(path.read_text(encoding="utf-8")))}
    foreign = names - sys.stdlib_module_names - {"auditmock", "tests"} - SUPPORT
    known = packages_distributions()
    return {canonicalize_name(known.get(name, [name])[0]) for name in foreign}


def pins(lock: Path) -> set[tuple[str, str]]:
    """List what a lock pins: name and version; there are two of a name where Pythons differ."""
    return set(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_imports_are_asked_for() -> None:
    """Every library that the packages import is a dependency of its own, and every dependency is used.

    pytest is none: it is there when it loads the plugin.
    """
    assert (libraries(files(*PACKAGES) - files(*SUITE)) - {"pytest"}) | BY_NAME == NEEDED


def test_imports_of_the_suite_are_asked_for() -> None:
    """Every library that the contract suite imports is part of its extra, and all of that is used."""
    assert libraries(files(*SUITE)) - NEEDED == CHECKING


def test_imports_of_tests_are_asked_for() -> None:
    """Every library that the tests import is asked for."""
    assert libraries(files("tests")) <= NEEDED | CHECKING | needs(GROUPS["test"])


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        (RUNNING, PYPROJECT["project"]["dependencies"] + GROUPS["build"]),
        (WORKING, [each for group in GROUPS.values() for each in group]),
        (WORKING, PYPROJECT["project"]["optional-dependencies"]["check"]),
    ],
)
def test_locks_are_fresh(lock: Path, requirements: list[str]) -> None:
    """A lock pins all that is asked for, in versions that are allowed; if not, `make lock` is due."""
    pinned = pins(lock)

    assert not [
        each
        for each in map(Requirement, requirements)
        if not any(
            name == canonicalize_name(each.name) and version in each.specifier for name, version in pinned
        )
    ]


def test_locks_agree() -> None:
    """Who works on the project runs the very versions that who runs it has."""
    assert pins(RUNNING) <= pins(WORKING)


@pytest.mark.parametrize("lock", [RUNNING, WORKING])
def test_locks_name_no_host(lock: Path) -> None:
    """A lock works with any package index."""
    assert "://" not in lock.read_text(encoding="utf-8")


def test_the_command_does_without_what_only_judging_needs() -> None:
    """Whoever installs the mock alone has a command, and hears of what judging takes when it is asked for."""
    blocked = sorted({*CHECKING, "_pytest", "hypothesis"} - NEEDED)
    code = (
        f"import sys\nsys.modules.update(dict.fromkeys({blocked}))\n"
        "from auditmock.cli.main import main\nmain()\n"
    )
    for words in (["--version"], ["serve", "--help"], ["check", "--help"], ["scenario", "list"]):
        done = subprocess.run([sys.executable, "-P", "-c", code, *words], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
