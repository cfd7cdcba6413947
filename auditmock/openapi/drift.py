"""Drift: how deployed servers differ from the documented release, read from the overlays.

Each difference is a sequence of overlay actions. Only its first action has a `description`, the sections of
the server reference that describe it (`x-reference`), and the tests that demonstrate it (`x-shown-by`).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Template

from auditmock.openapi.contract import load_contract
from auditmock.openapi.diff import Difference, compare
from auditmock.openapi.releases import DOCUMENTED, apply_actions, find_overlays, open_release
from auditmock.openapi.yaml_text import read_yaml

_WIDTH = 400
"""Maximum number of characters of a value."""

_PAGE = Path(__file__).parents[1] / "web" / "pages" / "drift.html"


class ExplainedFailure(NamedTuple):
    """A failure that Schemathesis reports, and why it is inherent to the release."""

    check: str
    operation: str
    reference: str
    why: str


class Drift(NamedTuple):
    """A difference visible to clients; `sections` are sections of the server reference."""

    description: str
    sections: Sequence[str]
    shown_by: Sequence[str]
    differences: Sequence[Difference]


class ReleaseDrift(NamedTuple):
    release: str
    version: str
    drifts: Sequence[Drift]
    explained: Sequence[ExplainedFailure]


def find_drift() -> Sequence[ReleaseDrift]:
    """List the differences by release, oldest first."""
    return [_drift_of(release, path) for release, path in find_overlays().items()]


def _drift_of(release: str, path: Path) -> ReleaseDrift:
    before: Mapping[str, Any] = load_contract().document
    drifts = []
    for actions in group_actions(read_yaml(path.read_text(encoding="utf-8"))["actions"]):
        after = apply_actions(before, actions)
        changes = [each for each in compare(before, after, width=_WIDTH) if not is_text(each)]
        first = actions[0]
        drifts.append(Drift(first["description"], first["x-reference"], first["x-shown-by"], changes))
        before = after
    contract = open_release(release)
    explained = [ExplainedFailure(**row) for row in contract.document["x-explained"]]
    return ReleaseDrift(release, contract.version, drifts, explained)


def group_actions(actions: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Group an overlay's actions by difference: an action with a description starts one."""
    starts = [number for number, action in enumerate(actions) if "description" in action]
    if starts[:1] != [0]:
        raise ValueError("the first action of an overlay needs a description")
    for start, end in zip(starts, [*starts[1:], len(actions)], strict=True):
        yield actions[start:end]


def is_text(difference: Difference) -> bool:
    """Whether only a description or summary differs, which clients do not see."""
    values = [value for value in (difference.before, difference.after) if value is not None]
    return difference.place.endswith((".description", ".summary")) and all(v.startswith('"') for v in values)


def anchor(section: str) -> str:
    """Return the anchor of a section on the reference page, such as `s4-1`."""
    return "s" + section.replace(".", "-")


def write_data(drift: Sequence[ReleaseDrift]) -> list[dict[str, Any]]:
    return [
        {
            **each._asdict(),
            "drifts": [
                {
                    "description": one.description,
                    "reference": list(one.sections),
                    "shown_by": list(one.shown_by),
                    "differences": [difference._asdict() for difference in one.differences],
                }
                for one in each.drifts
            ],
            "explained": [row._asdict() for row in each.explained],
        }
        for each in drift
    ]


def write_page(
    drift: Sequence[ReleaseDrift], *, api: str = "", favicon: str = "", reference: str = ""
) -> str:
    """Write the differences as a self-contained HTML page.

    `api` and `favicon` are the addresses of these documents on the same site, `reference` that of the server
    reference. Without an address there is no link.
    """
    template = Template(_PAGE.read_text(encoding="utf-8"), autoescape=True)
    page: str = template.render(drift=drift, api=api, favicon=favicon, reference=reference, anchor=anchor)
    return page


def write_markdown(drift: Sequence[ReleaseDrift], *, reference: str = "") -> str:
    """Write the differences as Markdown; `reference` as for a page."""
    lines = ["# Drift", "", f"How deployed Coder servers differ from the release `{DOCUMENTED}`."]
    for release, version, drifts, explained in drift:
        lines += ["", f"## {release}", "", f"Coder {version}: {len(drifts)} differences."]
        for one in drifts:
            sections = ", ".join(_link(section, reference) for section in one.sections)
            lines += ["", f"### {one.description}", "", f"Reference: {sections}", "", "Shown by:", ""]
            lines += [f"* `{shown}`" for shown in one.shown_by]
            lines += ["", "```diff", *(each.write() for each in one.differences), "```"]
        lines += ["", f"### Failures that Schemathesis reports for {release}", ""]
        lines += ["| Check | Operation | Reference | Reason |", "|---|---|---|---|"]
        lines += [
            f"| `{row.check}` | `{row.operation}` | {_link(row.reference, reference)} | {row.why} |"
            for row in explained
        ]
    return "\n".join(lines) + "\n"


def _link(section: str, reference: str) -> str:
    return f"[{section}]({reference}#{anchor(section)})" if reference else section
