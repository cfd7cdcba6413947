"""Drift: what deployed servers do that the documented release does not say, as the overlays have it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Template

from auditmock.openapi.contract import load_contract, read_yaml
from auditmock.openapi.diff import Difference, compare
from auditmock.openapi.releases import DOCUMENTED, apply_actions, find_overlays, open_release

_SECTION = r"\d+(?:\.\d+)?"
_REFERENCE = re.compile(rf"Reference (?P<sections>{_SECTION}(?:, {_SECTION})*): (?P<sentence>.+)")
_WIDTH = 400
"""Characters shown of a value."""

_PAGE = Path(__file__).parents[1] / "web" / "pages" / "drift.html"


class ExplainedFailure(NamedTuple):
    """What Schemathesis finds in a server of the release, because the server is so."""

    check: str
    operation: str
    reference: str
    why: str


class Drift(NamedTuple):
    """One thing that is different: what, in which sections of the reference, and what shows it."""

    sentence: str
    sections: Sequence[str]
    shown_by: Sequence[str]
    differences: Sequence[Difference]


class ReleaseDrift(NamedTuple):
    """All that is different in one release."""

    release: str
    version: str
    drifts: Sequence[Drift]
    explained: Sequence[ExplainedFailure]


def find_drift() -> Sequence[ReleaseDrift]:
    """List what is different, release by release, oldest first."""
    return [_drift_of(release, path) for release, path in find_overlays().items()]


def _drift_of(release: str, path: Path) -> ReleaseDrift:
    before: Mapping[str, Any] = load_contract().document
    drifts = []
    for sentence, sections, actions in read_paragraphs(path.read_text(encoding="utf-8")):
        after = apply_actions(before, actions)
        shown_by = [shown for action in actions for shown in action.get("x-shown-by", ())]
        drifts.append(Drift(sentence, sections, shown_by, [*compare(before, after, width=_WIDTH)]))
        before = after
    contract = open_release(release)
    explained = [ExplainedFailure(**row) for row in contract.document["x-explained"]]
    return ReleaseDrift(release, contract.version, drifts, explained)


def read_paragraphs(text: str) -> Iterator[tuple[str, Sequence[str], Sequence[Mapping[str, Any]]]]:
    """Read an overlay's runs of actions, each behind the comment that says where it is known from.

    What stands before the other actions of a run tells of those alone.
    """
    for paragraph in text.partition("\nactions:\n")[2].split("\n\n"):
        head = takewhile(lambda line: line.startswith("  # "), paragraph.strip("\n").splitlines())
        comment = " ".join(line[4:] for line in head)
        told = _REFERENCE.fullmatch(comment)
        if told is None:
            raise ValueError(f"no comment says where this is known from: {paragraph[:80]}")
        sentence = told["sentence"]
        yield sentence[0].upper() + sentence[1:], told["sections"].split(", "), read_yaml(paragraph)


def write_data(drift: Sequence[ReleaseDrift]) -> list[dict[str, Any]]:
    """Give it all for programs."""
    return [
        {
            "release": each.release,
            "version": each.version,
            "drifts": [
                {
                    "sentence": one.sentence,
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


def write_page(drift: Sequence[ReleaseDrift], *, linked: bool = False) -> str:
    """Write it all as one page, which loads nothing; `linked` to the documentation that it is part of."""
    template = Template(_PAGE.read_text(encoding="utf-8"), autoescape=True)
    page: str = template.render(drift=drift, linked=linked)
    return page


def write_markdown(drift: Sequence[ReleaseDrift]) -> str:
    """Write it all for people."""
    lines = ["# Drift", "", f"What deployed servers do otherwise than the {DOCUMENTED} release says."]
    for release, version, drifts, explained in drift:
        lines += ["", f"## {release}", "", f"The server of release {version}."]
        for one in drifts:
            lines += ["", f"### {one.sentence}", "", f"Reference {', '.join(one.sections)}.", ""]
            lines += [f"Shown by `{shown}`" + "  " for shown in one.shown_by]
            lines += ["", "```diff", *(each.write() for each in one.differences), "```"]
        lines += ["", f"### What Schemathesis finds in {release}, and why", ""]
        lines += ["| check | operation | reference | why |", "|---|---|---|---|"]
        lines += [f"| `{row.check}` | `{row.operation}` | {row.reference} | {row.why} |" for row in explained]
    return "\n".join(lines) + "\n"
