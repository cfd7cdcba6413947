"""Which reports there are, and writing them into a folder."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from auditmock.contract.findings import Findings
from auditmock.contract.reports.harfile import write_har
from auditmock.contract.reports.jsonfile import write_json
from auditmock.contract.reports.junit import write_junit
from auditmock.contract.reports.page import write_page
from auditmock.openapi import Contract


class Format(NamedTuple):
    """One kind of report."""

    file: str
    write: Callable[[Findings, Contract], str]


FORMATS: Mapping[str, Format] = {
    "html": Format("report.html", write_page),
    "junit": Format("junit.xml", lambda findings, _: write_junit(findings)),
    "json": Format("report.json", lambda findings, _: write_json(findings)),
    "har": Format("report.har", lambda findings, _: write_har(findings)),
}


def write_reports(findings: Findings, contract: Contract, names: Iterable[str], folder: Path) -> None:
    """Write reports of these kinds into a folder."""
    for name in names:
        form = FORMATS[name]
        (folder / form.file).write_text(form.write(findings, contract), encoding="utf-8")
