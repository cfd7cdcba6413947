"""Rules of the house: which module may import which, and what no module may do."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from auditmock.editions import find_overlays

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "auditmock.handlers": ROOT / "handlers",
    "auditmock.fixtures": ROOT / "fixtures",
    "auditmock.contract": ROOT / "tests" / "contract",
    "auditmock": ROOT / "auditmock",
}
GROUND = {f"auditmock.{noun}" for noun in ("vocabulary", "models", "errors", "instants", "version", "asgi")}
CONTRACT = {"auditmock.openapi", "auditmock.editions"}
ENTRANCES = {"auditmock.cli", "auditmock.__main__", "auditmock.commands"}
LAYERS = ("ground", "contract", "fixtures", "handlers", "app", "suite", "entrances")

SUITE_IMPORTS = CONTRACT | {f"auditmock.{noun}" for noun in ("vocabulary", "instants", "clock", "version")}
"""What the contract suite may know of this project: it speaks HTTP."""
LATE_IMPORTERS = {
    "auditmock.commands.contracts",
    "auditmock.commands.judging",
    "auditmock.commands.options",
    "auditmock.commands.scenarios",
    "auditmock.commands.serving",
    "auditmock.editions",
    "auditmock.fixtures.kept_pools",
}
"""Modules that may import inside functions: a command loads only what it needs, so do editions and pools."""
TIME_TELLERS = {"auditmock.clock"}
"""Modules that may look at a clock; all others are handed one."""
DICE_THROWERS = {f"auditmock.contract.{noun}" for noun in ("writing", "test_order", "test_schema")}
"""Modules that need ids nobody else has, whoever writes to the same deployment."""
CHANCE_OR_TIME = re.compile(
    r"(uuid\.)?uuid[14]|time\.time|.+\.(now|utcnow|today|time_ns|urandom)|secrets\..+|random\.(?!Random).+"
)
LONGEST = 300
TABLES = {f"tests/faults/{noun}.py" for noun in ("fields", "language", "rare", "statuses", "writes")}
"""Catalogues: a row a fault, and nothing else."""


def name_of(path: Path) -> str:
    """Give the import name of a file."""
    package, folder = next(item for item in FOLDERS.items() if path.is_relative_to(item[1]))
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join([package, *(part for part in parts if part != "__init__")])


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for folder in FOLDERS.values()
    for path in sorted(folder.rglob("*.py"))
}
LINES = {
    path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
    for folder in (*FOLDERS.values(), ROOT / "tests")
    for path in folder.rglob("*.py")
}
every_module = pytest.mark.parametrize("name", MODULES)


def imports(tree: ast.AST) -> Iterator[str]:
    """List the modules of this project that some code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (full if full in MODULES else node.module or "" for full in inner)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def own_imports(name: str) -> set[str]:
    """List the modules of this project that a module imports."""
    return {imported for imported in imports(MODULES[name]) if imported in MODULES}


def layer(name: str) -> str:
    """Tell the layer of a module."""
    if name in GROUND:
        return "ground"
    if name in CONTRACT:
        return "contract"
    if name in ENTRANCES or name.startswith("auditmock.commands."):
        return "entrances"
    if name.startswith("auditmock.contract"):
        return "suite"
    package = name.split(".")[1:2]
    return package[0] if package in (["fixtures"], ["handlers"]) else "app"


def late_imports(tree: ast.AST) -> list[ast.AST]:
    """List the imports that stand inside functions."""
    return [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def names(tree: ast.AST) -> set[str]:
    """List the names a module uses, dots included, such as `datetime.now`."""
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)}


@every_module
def test_imports_go_one_way(name: str) -> None:
    """A module imports from its own layer and from those below it."""
    above = LAYERS[LAYERS.index(layer(name)) + 1 :]

    assert not {imported for imported in own_imports(name) if layer(imported) in above}


@pytest.mark.parametrize("name", [name for name in MODULES if layer(name) == "suite"])
def test_the_suite_knows_the_contract_only(name: str) -> None:
    """The contract suite speaks HTTP: it imports the contract and itself, nothing that answers."""
    foreign = {imported for imported in own_imports(name) if layer(imported) != "suite"}

    assert foreign <= SUITE_IMPORTS


def test_imports_have_no_cycle() -> None:
    """The imports of all modules have no cycle."""
    order = TopologicalSorter({name: own_imports(name) for name in MODULES}).static_order()

    assert set(order) == MODULES.keys()


@every_module
def test_imports_stand_at_the_top(name: str) -> None:
    """No function imports, but where a command or a server would start slowly otherwise."""
    assert name in LATE_IMPORTERS or not late_imports(MODULES[name])


@every_module
def test_time_and_chance_are_handed_in(name: str) -> None:
    """No module looks at a clock or draws a number of its own, but the one whose task it is."""
    assert name in TIME_TELLERS | DICE_THROWERS or not {
        used for used in names(MODULES[name]) if CHANCE_OR_TIME.fullmatch(used)
    }


@pytest.mark.parametrize(
    "code", ["uuid.uuid4()", "uuid4()", "datetime.now(UTC)", "time.time()", "f(time.time_ns)"]
)
def test_chance_and_time_are_seen(code: str) -> None:
    """The rule above recognizes the ways to break it."""
    assert any(CHANCE_OR_TIME.fullmatch(used) for used in names(ast.parse(code)))


@every_module
def test_no_module_knows_an_edition(name: str) -> None:
    """What differs between editions stands in their contracts: no code names one."""
    code = ast.unparse(MODULES[name])

    assert not [edition for edition in find_overlays() if edition in code]


@pytest.mark.parametrize("path", sorted(LINES.keys() - TABLES))
def test_no_module_is_long(path: str) -> None:
    """A module has at most 300 lines, but for tables."""
    assert LINES[path] <= LONGEST


@pytest.mark.parametrize(
    "name", sorted(GROUND | ENTRANCES | LATE_IMPORTERS | TIME_TELLERS | SUITE_IMPORTS | DICE_THROWERS)
)
def test_exceptions_are_real(name: str) -> None:
    """Every module that is named in this file exists."""
    assert name in MODULES
