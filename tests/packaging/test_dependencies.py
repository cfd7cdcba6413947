"""Dependencies: declared, used and locked."""

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
RUNTIME_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PACKAGES = ("auditmock", "handlers", "fixtures")
SUITE = ("auditmock/checker", "tests/contract")
SUPPORT = {path.stem for folder in ("support", "faults") for path in (ROOT / "tests" / folder).glob("*")}
LOADED_BY_NAME = {"httptools", "uvloop"}
"""Dependencies that no code imports: uvicorn loads them by name."""


def names_of(requirements: list[str]) -> set[str]:
    """Return the names of requirements."""
    return {canonicalize_name(Requirement(each).name) for each in requirements}


RUNTIME_DEPENDENCIES = names_of(PYPROJECT["project"]["dependencies"])
CHECK_DEPENDENCIES = names_of(PYPROJECT["project"]["optional-dependencies"]["check"])


def imports(tree: ast.AST) -> Iterator[str]:
    """List the top-level names that code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def files(*folders: str) -> set[Path]:
    """List the Python files of folders."""
    return {path for folder in folders for path in (ROOT / folder).rglob("*.py")}


def libraries(paths: set[Path]) -> set[str]:
    """List the third-party distributions that files import."""
    names = {name for path in paths for name in imports(ast.parse(path.read_text(encoding="utf-8")))}
    third_party = names - sys.stdlib_module_names - {"auditmock", "tests"} - SUPPORT
    known = packages_distributions()
    return {canonicalize_name(known.get(name, [name])[0]) for name in third_party}


def pins(lock: Path) -> set[tuple[str, str]]:
    """List the pins of a lock: name and version; several per name if they differ by Python version."""
    return set(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_imports_are_declared() -> None:
    """Every imported library is a dependency, and every dependency is used.

    pytest is not one: it is present when it loads the plugin.
    """
    assert (libraries(files(*PACKAGES) - files(*SUITE)) - {"pytest"}) | LOADED_BY_NAME == RUNTIME_DEPENDENCIES


def test_imports_of_the_suite_are_declared() -> None:
    """Every library that the contract suite imports is in its extra, and all of them are used."""
    assert libraries(files(*SUITE)) - RUNTIME_DEPENDENCIES == CHECK_DEPENDENCIES


def test_imports_of_tests_are_declared() -> None:
    """Every library that the tests import is declared."""
    assert libraries(files("tests")) <= RUNTIME_DEPENDENCIES | CHECK_DEPENDENCIES | names_of(GROUPS["test"])


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        (RUNTIME_LOCK, PYPROJECT["project"]["dependencies"] + GROUPS["build"]),
        (DEV_LOCK, [each for group in GROUPS.values() for each in group]),
        (DEV_LOCK, PYPROJECT["project"]["optional-dependencies"]["check"]),
    ],
)
def test_locks_are_up_to_date(lock: Path, requirements: list[str]) -> None:
    """A lock pins every requirement in an allowed version; if not, run `make lock`."""
    pinned = pins(lock)

    assert not [
        each
        for each in map(Requirement, requirements)
        if not any(
            name == canonicalize_name(each.name) and version in each.specifier for name, version in pinned
        )
    ]


def test_locks_agree() -> None:
    """The development lock pins the same versions as the runtime lock."""
    assert pins(RUNTIME_LOCK) <= pins(DEV_LOCK)


@pytest.mark.parametrize("lock", [RUNTIME_LOCK, DEV_LOCK])
def test_locks_name_no_host(lock: Path) -> None:
    """A lock names no package index."""
    assert "://" not in lock.read_text(encoding="utf-8")


def test_command_works_without_check_dependencies() -> None:
    """Without the `check` extra the command and its help work."""
    blocked = sorted({*CHECK_DEPENDENCIES, "_pytest", "hypothesis"} - RUNTIME_DEPENDENCIES)
    code = (
        f"import sys\nsys.modules.update(dict.fromkeys({blocked}))\n"
        "from auditmock.cli.main import main\nmain()\n"
    )
    for words in (["--version"], ["serve", "--help"], ["check", "--help"], ["scenario", "list"]):
        done = subprocess.run([sys.executable, "-P", "-c", code, *words], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
