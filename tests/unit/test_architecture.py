"""Source tree: import directions and other rules for modules."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from auditmock.openapi.releases import find_overlays

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "auditmock.handlers": ROOT / "handlers",
    "auditmock.fixtures": ROOT / "fixtures",
    "auditmock.contract": ROOT / "tests" / "contract",
    "auditmock": ROOT / "auditmock",
}
ORDER = (
    "version",
    "settings",
    "core",
    "openapi",
    "fixtures.segments",
    "fixtures.encoding",
    "fixtures.history",
    "fixtures.importing",
    "fixtures.store",
    "fixtures",
    "fixtures.scenarios",
    "handlers.messages",
    "handlers.search",
    "handlers.validation",
    "handlers.recording",
    "handlers.auth",
    "handlers",
    "handlers.middleware",
    "handlers.coder",
    "handlers.explain",
    "handlers.control",
    "web",
    "server",
    "asgi",
    "testing",
    "checker.core",
    "checker.rules",
    "checker.reports",
    "checker.client",
    "checker",
    "contract",
    "checker.main",
    "cli",
    "pytest_plugin",
    "__main__",
)
"""Packages and top-level modules of `auditmock`; each imports only from itself and from those above it."""

CHECKER_IMPORTS = ("version", "core", "openapi")
"""What the contract suite may import of this project beside itself: it speaks HTTP."""
LATE_IMPORTERS = {
    "auditmock.cli.check",
    "auditmock.cli.contract",
    "auditmock.cli.options",
    "auditmock.cli.scenario",
    "auditmock.cli.serve",
    "auditmock.fixtures.history.stored_pools",
    "auditmock.openapi.releases",
}
"""Modules that may import inside functions: commands, releases and pools load only what they need."""
CLOCK_READERS = {"auditmock.core.clock"}
"""Modules that may read the system clock; all others are handed one."""
RANDOM_SOURCES = {
    f"auditmock.{module}" for module in ("checker.posting", "contract.test_order", "contract.test_schema")
}
"""Modules that need ids nobody else has, whoever writes to the same deployment."""
RANDOM_OR_CLOCK = re.compile(
    r"(uuid\.)?uuid[14]|time\.time|.+\.(now|utcnow|today|time_ns|urandom)|secrets\..+|random\.(?!Random).+"
)
MAX_LINES = 300
MAX_MODULES = 20
TABLES = {
    f"tests/faults/catalogue/{name}.py" for name in ("fields", "language", "rare", "statuses", "writes")
}
"""Catalogues: a row a fault, and nothing else."""


def name_of(path: Path) -> str:
    """Return the import name of a file."""
    package, folder = next(item for item in FOLDERS.items() if path.is_relative_to(item[1]))
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join([package, *(part for part in parts if part != "__init__")])


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for folder in FOLDERS.values()
    for path in sorted(folder.rglob("*.py"))
}
FILES = sorted({path for folder in (*FOLDERS.values(), ROOT / "tests") for path in folder.rglob("*.py")})


def place_of(module: str) -> int:
    """Return the index of a module's innermost package in `ORDER`."""
    parts = module.split(".")[1:]
    prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((ORDER.index(prefix) for prefix in prefixes if prefix in ORDER), 0)


def list_imports(tree: ast.AST) -> Iterator[str]:
    """List the modules of this project that code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else node.module or "" for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


IMPORTS = {name: {each for each in list_imports(tree) if each in MODULES} for name, tree in MODULES.items()}


def late_imports(tree: ast.AST) -> list[ast.AST]:
    """List the imports inside functions."""
    return [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def names_in(tree: ast.AST) -> set[str]:
    """List the dotted names that code uses, such as `datetime.now`."""
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)}


def test_packages_import_in_one_direction() -> None:
    """A module imports only from its own package and from packages before it in `ORDER`."""
    offenders = [
        f"{name} imports {imported}"
        for name in MODULES
        for imported in IMPORTS[name]
        if place_of(imported) > place_of(name)
    ]

    assert offenders == []


def test_checker_imports_the_contract_only() -> None:
    """The contract suite imports the contract and itself, but no server code."""
    suite = (*CHECKER_IMPORTS, "checker", "contract")
    offenders = [
        f"{name} imports {imported}"
        for name in MODULES
        if name.split(".")[1:2] in (["checker"], ["contract"])
        for imported in IMPORTS[name]
        if imported.split(".")[1:2] and imported.split(".")[1] not in suite
    ]

    assert offenders == []


def test_fixtures_read_no_file_of_handlers() -> None:
    """No module of `fixtures` names a file of `handlers`."""
    paths = sorted((ROOT / "fixtures").rglob("*.py"))

    assert [path.name for path in paths if "handlers" in path.read_text(encoding="utf-8")] == []


def test_fixtures_raise_no_http_error() -> None:
    """`fixtures` raises errors of its own; `handlers` translate them into HTTP errors."""
    offenders = [
        name
        for name, imports in IMPORTS.items()
        if name.startswith("auditmock.fixtures") and "auditmock.core.errors" in imports
    ]

    assert offenders == []


def test_imports_have_no_cycle() -> None:
    """The imports of all modules have no cycle."""
    order = TopologicalSorter(IMPORTS).static_order()

    assert set(order) == MODULES.keys()


def test_imports_are_at_the_top() -> None:
    """No function imports, except where a command or a server would start slowly otherwise."""
    assert {name for name, tree in MODULES.items() if late_imports(tree)} <= LATE_IMPORTERS


def test_clock_and_randomness_are_injected() -> None:
    """Only dedicated modules read a clock or draw random numbers."""
    offenders = {
        name: used
        for name, tree in MODULES.items()
        if name not in CLOCK_READERS | RANDOM_SOURCES
        and (used := sorted(filter(RANDOM_OR_CLOCK.fullmatch, names_in(tree))))
    }

    assert offenders == {}


@pytest.mark.parametrize(
    "code", ["uuid.uuid4()", "uuid4()", "datetime.now(UTC)", "time.time()", "f(time.time_ns)"]
)
def test_clock_and_randomness_are_recognized(code: str) -> None:
    """The rule above recognizes violations."""
    assert any(RANDOM_OR_CLOCK.fullmatch(used) for used in names_in(ast.parse(code)))


def test_no_module_names_a_release() -> None:
    """No module contains the name of a release: differences are in the overlays."""
    overlays = find_overlays()
    code = {name: ast.unparse(tree) for name, tree in MODULES.items()}
    offenders = [f"{name}: {release}" for name in MODULES for release in overlays if release in code[name]]

    assert offenders == []


def test_no_module_is_long() -> None:
    """A module has at most 300 lines, except tables."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }

    assert {path: count for path, count in lines.items() if count > MAX_LINES and path not in TABLES} == {}


def test_folder_sizes_are_limited() -> None:
    """A folder has 2 to 20 modules besides `__init__` and `conftest`."""
    counts: dict[str, int] = {}
    for path in FILES:
        if path.name not in {"__init__.py", "conftest.py"}:
            folder = path.parent.relative_to(ROOT).as_posix()
            counts[folder] = counts.get(folder, 0) + 1

    assert {folder: count for folder, count in counts.items() if not 1 < count <= MAX_MODULES} == {}


def test_exceptions_exist() -> None:
    """Every module and package named in this file exists."""
    packages = {f"auditmock.{name}" for name in ORDER}
    known = MODULES.keys() | {name.rpartition(".")[0] for name in MODULES}

    assert packages | LATE_IMPORTERS | CLOCK_READERS | RANDOM_SOURCES <= known
