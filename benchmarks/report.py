"""The report, in Markdown and in JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from figures import Part, Table, Target


def write_markdown(environment: Mapping[str, str], versions: Mapping[str, str], parts: Sequence[Part]) -> str:
    """Format all tables, then the targets."""
    lines = [", ".join(f"{name} {value}" for name, value in environment.items()) + "."]
    lines += ["", "Versions: " + ", ".join(f"{name} {value}" for name, value in versions.items()) + "."]
    for table in (table for part in parts for table in part.tables):
        lines += ["", *_write_table(table)]
    targets = [target for part in parts for target in part.targets]
    return "\n".join([*lines, "", *_write_table(_tabulate_targets(targets))]) + "\n"


def write_json(environment: Mapping[str, str], versions: Mapping[str, str], parts: Sequence[Part]) -> str:
    """Format all values."""
    targets = [target._asdict() | {"met": target.met} for part in parts for target in part.targets]
    figures = {part.name: part.data for part in parts}
    return json.dumps({**environment, "versions": versions, "targets": targets, **figures}, indent=1)


def save(path: Path, text: str) -> None:
    """Write a file and create its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def missed(parts: Sequence[Part]) -> list[str]:
    """Describe each missed target in one line."""
    return [
        f"MISSED {target.what}: {_measured(target)}, wanted {_wanted(target)}"
        for part in parts
        for target in part.targets
        if not target.met
    ]


def _tabulate_targets(targets: Sequence[Target]) -> Table:
    rows = [
        (target.what, _measured(target), _wanted(target), "met" if target.met else "MISSED")
        for target in targets
    ]
    return Table("Targets", ("target", "measured", "wanted", ""), rows)


def _measured(target: Target) -> str:
    return f"{target.value:,.4g} {target.unit}".strip()


def _wanted(target: Target) -> str:
    return f"{'≥' if target.at_least else '≤'} {target.bound:,.4g} {target.unit}".strip()


def _write_table(table: Table) -> Iterator[str]:
    yield f"**{table.title}**"
    yield ""
    widths = [max(len(row[column]) for row in (table.head, *table.rows)) for column in range(len(table.head))]
    for row in (table.head, tuple("-" * width for width in widths), *table.rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
    if table.note:
        yield ""
        yield table.note
