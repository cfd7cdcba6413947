"""The catalogue of checks, from the tests of the contract suite and their marks."""

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import pytest
from markdown_text import cell, code, join, table

import auditmock.contract
from auditmock.checker.core.aspects import ASPECTS
from auditmock.checker.core.checks import Check, check_of, find_missing_capability
from auditmock.openapi.releases import list_releases, open_release

_INTRODUCTION = """
# Checks

Every check of the contract suite, by aspect. `auditmock check --only` and `--skip` take the name of a
check, an aspect, or a layer: `schema` (each response alone), `properties` (responses compared with each
other), `edges` (unusual requests), `writes` (posted logs; these run only with `--allow-writes`). The place
is a JSON pointer into the contract. A check is skipped for releases that are not named in its last column,
because their servers differ there.
"""

_CHECKS = auditmock.contract.__path__[0]


class Row(NamedTuple):
    """A check and the releases it applies to."""

    check: Check
    releases: Sequence[str]


def write_checks() -> str:
    """Write a section for each aspect."""
    rows = sorted(_collect(), key=lambda row: ([*ASPECTS].index(row.check.aspect), row.check.name))
    return join(
        _INTRODUCTION,
        f"There are {len(rows)} checks.",
        *(_section(aspect, [*group]) for aspect, group in groupby(rows, lambda row: row.check.aspect)),
    )


def _section(aspect: str, rows: Sequence[Row]) -> str:
    head = ("Check", "Rule", "Layer", "Place", "Releases")
    return join(f"## {aspect}", f"**Why it matters.** {ASPECTS[aspect]}", table(head, map(_cells, rows)))


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    name = code(row.check.name.partition("/")[2])
    releases = "all" if len(row.releases) == len(list_releases()) else ", ".join(row.releases)
    return name, cell(row.check.sentence), row.check.layer, code(row.check.place), releases


class _Collector:
    """A pytest plugin that keeps the collected tests and runs none."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.items.append(item)


def _collect() -> Iterator[Row]:
    """Give each check once; its releases are those that any case of it holds for."""
    found: dict[str, tuple[Check, set[str]]] = {}
    contracts = {name: open_release(name) for name in list_releases()}
    for item in _collect_items():
        if check := check_of(item):
            needs = [name for mark in item.iter_markers("requires") for name in mark.args]
            holding = {name for name, each in contracts.items() if not find_missing_capability(each, needs)}
            found.setdefault(check.name, (check, set()))[1].update(holding)
    for check, holding in found.values():
        yield Row(check, [name for name in contracts if name in holding])


def _collect_items() -> Sequence[pytest.Item]:
    collector = _Collector()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ("_hypothesis_pytestplugin", "schemathesis.pytest.plugin", "auditmock.checker.plugin")
    arguments = [_CHECKS, "-c", os.devnull, "--rootdir", _CHECKS, "--confcutdir", _CHECKS]
    arguments += ["--import-mode=importlib", "--collect-only", "-q", "-p", "no:cacheprovider"]
    arguments += [word for name in plugins for word in ("-p", name)]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = pytest.main(arguments, plugins=[collector])
    if status != pytest.ExitCode.OK:
        raise RuntimeError(f"the checks cannot be collected: {out.getvalue()}")
    return collector.items
