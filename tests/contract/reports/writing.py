"""Which reports there are, and writing them into a folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from auditmock.contract.findings import Findings
from auditmock.contract.plain import plain
from auditmock.contract.reports.harfile import write_har
from auditmock.contract.reports.jsonfile import write_json
from auditmock.contract.reports.junit import write_junit
from auditmock.contract.reports.page import write_page
from auditmock.contract.values import reason_of
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


def write_reports(
    findings: Findings, contract: Contract, names: Iterable[str], folder: Path
) -> Sequence[str]:
    """Write reports of these kinds into a folder; what cannot be written is told, in a line each."""
    files = ((folder / FORMATS[name].file, FORMATS[name].write) for name in names)
    return [told for path, write in files if (told := write_file(path, write(findings, contract)))]


def write_file(path: Path, text: str) -> str:
    """Write a file; tell, in a line, why that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"cannot write {plain(str(path))}: {reason_of(error)}"
    return ""
